/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes one rendering to stdout, for the golden tests:
 *   render-tool plan NAME HOW     srat|slit|ssdt|text|xlcfg|json|libvirt|kvm|
 *                                qemu
 *   render-tool host FILE text|wide|svg|json
 *   render-tool zone FILE text|wide|svg|json    a zone placed on that host
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plans.h"

static struct zp_error err;

static int failed(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, err.msg);
    return 1;
}

static int write_text(char *text)
{
    fputs(text, stdout);
    free(text);
    return fflush(stdout) ? 1 : 0;
}

static const struct {
    const char *name;
    size_t (*size)(const struct zp_plan *plan);
    int (*write)(const struct zp_plan *plan, void *buf, size_t size,
                 struct zp_error *err);
} tables[] = {
    { "srat", zp_srat_size, zp_srat_write },
    { "slit", zp_slit_size, zp_slit_write },
    { "ssdt", zp_ssdt_size, zp_ssdt_write },
};

static int write_table(const struct zp_plan *plan, size_t which)
{
    size_t size = tables[which].size(plan);
    void *buf = malloc(size + 1);
    int rc;

    if (!buf)
        return 1;
    rc = tables[which].write(plan, buf, size, &err);
    if (!rc)
        fwrite(buf, 1, size, stdout);
    free(buf);
    return rc ? failed("table") : 0;
}

static int render_plan(const char *name, const char *how)
{
    struct zp_plan plan;
    char *text;
    size_t i;
    int rc = -1;

    if (!plan_by_name(name, &plan))
        return 2;
    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (!strcmp(how, tables[i].name))
            return write_table(&plan, i);
    }
    if (!strcmp(how, "text"))
        rc = zp_plan_to_text(NULL, &plan, &text, &err);
    else if (!strcmp(how, "xlcfg"))
        rc = zp_plan_to_xlcfg(NULL, &plan, &text, &err);
    else if (!strcmp(how, "libvirt"))
        rc = zp_plan_to_libvirt(&plan, ZP_LIBVIRT_XEN, &text, &err);
    else if (!strcmp(how, "kvm"))
        rc = zp_plan_to_libvirt(&plan, ZP_LIBVIRT_KVM, &text, &err);
    else if (!strcmp(how, "qemu"))
        rc = zp_plan_to_qemu(&plan, &text, &err);
    else if (!strcmp(how, "json"))
        rc = zp_plan_to_json(NULL, NULL, NULL, &plan, &text, &err);
    return rc ? failed(how) : write_text(text);
}

static char *read_file(const char *path, size_t *len_out)
{
    static char buf[1 << 20];
    FILE *f = fopen(path, "r");

    if (!f) {
        perror(path);
        exit(1);
    }
    *len_out = fread(buf, 1, sizeof(buf), f);
    fclose(f);
    return buf;
}

static int draw(const struct zp_topology *topo, const struct zp_load *load,
                const struct zp_plan *plan, char **text_out)
{
    struct zp_picture *pic;
    int rc = zp_picture_new(topo, load, plan, false, &pic, &err);

    if (rc)
        return rc;
    rc = zp_picture_to_svg(pic, text_out, &err);
    zp_picture_free(pic);
    return rc;
}

static int render_host(const char *path, const char *how, bool with_zone)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp_request req;
    struct zp_plan plan;
    char *text = NULL, *buf;
    size_t len;
    int rc;

    buf = read_file(path, &len);
    rc = zp_host_from_json(buf, len, &topo, &load, &err);
    if (!rc && with_zone) {
        zp_request_init(&req);
        strcpy(req.name, "golden");
        req.vcpus = 6;
        req.mem_kib = 1024 * 1024;
        req.nr_vnodes = 2;
        rc = zp_place(topo, load, &req, &plan, &err);
    }
    if (!rc && !strcmp(how, "text"))
        rc = zp_host_to_text(topo, load, with_zone ? &plan : NULL, 80, &text,
                             &err);
    else if (!rc && !strcmp(how, "wide"))
        rc = zp_host_to_text(topo, load, with_zone ? &plan : NULL, 160, &text,
                             &err);
    else if (!rc && !strcmp(how, "svg"))
        rc = draw(topo, load, with_zone ? &plan : NULL, &text);
    else if (!rc && with_zone)
        rc = zp_plan_to_json(topo, load, &req, &plan, &text, &err);
    else if (!rc)
        rc = zp_host_to_json(topo, load, &text, &err);
    zp_load_free(load);
    zp_topology_free(topo);
    /* a refusal is a result too */
    if (rc)
        printf("%s: %s\n", zp_code_name(rc), err.msg);
    return text ? write_text(text) : 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "plan"))
        return render_plan(argv[2], argv[3]);
    if (argc == 4 && !strcmp(argv[1], "host"))
        return render_host(argv[2], argv[3], false);
    if (argc == 4 && !strcmp(argv[1], "zone"))
        return render_host(argv[2], argv[3], true);
    fprintf(stderr, "usage: render-tool plan|host|zone WHAT HOW\n");
    return 2;
}
