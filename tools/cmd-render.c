/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl render: a plan for those who carry it out, and for people. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zonectl.h"

enum format { XL_CFG, LIBVIRT, LIBVIRT_KVM, QEMU, SRAT, SLIT, SSDT, CPUID_AMD,
              CPUID_INTEL, JSON, TEXT };
static const char *const formats[] = {
    "xl.cfg", "libvirt", "libvirt-kvm", "qemu", "srat", "slit", "ssdt",
    "cpuid-amd", "cpuid-intel", "json", "text", NULL
};

/* The plan of --plan FILE. A host beside it is not needed to render; given,
 * the plan must keep what it promises on that host. */
static int read_plan(struct ctl *ctl, const char *path, struct planned *p)
{
    struct spool bytes CLEANUP(spool_clear) = { 0 };
    struct zp_error err, why;
    int rc = EXIT_OK;

    if (given_any_of(ctl, G_REQUEST)) {
        fail(&err, ZP_ERR_INVAL, "plan",
             "--plan: a plan is not made again, drop the request's options");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    if (read_file(path, &bytes, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (given(ctl, OPT_HOST))
        rc = host_read(ctl, &p->host);
    if (rc)
        return rc;
    if (zp_plan_from_json(bytes.buf, bytes.len, &p->plan, &why) ||
        zp_plan_check(p->host.topo, &p->plan, &why)) {
        fail(&err, why.code, why.limit, "%s: %s", path, why.msg);
        return refuse(ctl->json, EXIT_FAILED, &err);
    }
    return EXIT_OK;
}

static const struct {
    size_t (*size)(const struct zp_plan *plan);
    int (*write)(const struct zp_plan *plan, void *buf, size_t size,
                 struct zp_error *err);
} tables[] = {
    [SRAT] = { zp_srat_size, zp_srat_write },
    [SLIT] = { zp_slit_size, zp_slit_write },
    [SSDT] = { zp_ssdt_size, zp_ssdt_write },
};

static int make_table(enum format format, const struct zp_plan *plan,
                      struct spool *out, struct zp_error *err)
{
    size_t size = tables[format].size(plan);
    CLEANUP(free_text) char *bytes = calloc(1, size + 1);
    int rc;

    if (!bytes)
        return fail(err, ZP_ERR_NOMEM, NULL, "out of memory");
    rc = tables[format].write(plan, bytes, size, err);
    if (rc)
        return rc;
    spool_bytes(out, bytes, size);
    return ZP_OK;
}

static int make(enum format format, const struct planned *p,
                struct spool *out, struct zp_error *err)
{
    CLEANUP(free_text) char *text = NULL;
    const struct host *host = &p->host;
    int rc = ZP_OK;

    switch (format) {
    case SRAT:
    case SLIT:
    case SSDT:
        return make_table(format, &p->plan, out, err);
    case XL_CFG:
        rc = zp_plan_to_xlcfg(host->topo, &p->plan, &text, err);
        break;
    case LIBVIRT:
        rc = zp_plan_to_libvirt(&p->plan, ZP_LIBVIRT_XEN, &text, err);
        break;
    case LIBVIRT_KVM:
        rc = zp_plan_to_libvirt(&p->plan, ZP_LIBVIRT_KVM, &text, err);
        break;
    case QEMU:
        rc = zp_plan_to_qemu(&p->plan, &text, err);
        break;
    case CPUID_AMD:
        rc = zp_plan_to_cpuid(&p->plan, ZP_VENDOR_AMD, &text, err);
        break;
    case CPUID_INTEL:
        rc = zp_plan_to_cpuid(&p->plan, ZP_VENDOR_INTEL, &text, err);
        break;
    case JSON:
        rc = zp_plan_to_json(host->topo, host->load,
                             host->load ? &p->req : NULL, &p->plan, &text,
                             err);
        break;
    case TEXT:
        rc = zp_plan_to_text(host->topo, &p->plan, &text, err);
        break;
    }
    if (rc)
        return rc;
    spool_add(out, "%s", text);
    return ZP_OK;
}

static int choose_format(struct ctl *ctl, enum format *format_out,
                         struct zp_error *err)
{
    const char *word = given(ctl, OPT_FORMAT);
    int i = ctl->json ? JSON : TEXT;
    int rc = word ? parse_word("format", word, formats, &i, err) : ZP_OK;

    if (rc)
        return rc;
    *format_out = (enum format)i;
    if (i >= SRAT && i <= SSDT && !given(ctl, OPT_OUTPUT) &&
        isatty(STDOUT_FILENO))
        return fail(err, ZP_ERR_INVAL, "format",
                    "%s is binary: redirect it or give -o FILE", formats[i]);
    return ZP_OK;
}

int cmd_render(struct ctl *ctl)
{
    struct planned p CLEANUP(planned_clear) = { 0 };
    const char *plan = given(ctl, OPT_PLAN);
    struct zp_error err;
    enum format format;
    int rc;

    if (choose_format(ctl, &format, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    rc = plan ? read_plan(ctl, plan, &p) : plan_request(ctl, &p);
    if (rc)
        return rc;
    if (make(format, &p, &ctl->out, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    rc = plan ? EXIT_OK : add_warnings(ctl, &p);
    if (rc)
        return rc;
    if (write_output(ctl, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return EXIT_OK;
}
