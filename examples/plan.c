/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where would a zone of 8 vcpus and 16 GiB on two far nodes live on this host?
 *
 *   cc -o plan plan.c $(pkg-config --cflags --libs zoneplace)
 *   ./plan HOSTFILE        hwloc or libvirt XML, numactl's text, host JSON ...
 */
#include <stdio.h>
#include <stdlib.h>

#include <zoneplace.h>

static char *read_all(const char *path, size_t *len_out)
{
    enum { MOST = 16 << 20 };
    FILE *file = fopen(path, "rb");
    char *buf = malloc(MOST);

    if (file && buf)
        *len_out = fread(buf, 1, MOST, file);
    if (!file || !buf || ferror(file)) {
        free(buf);
        buf = NULL;
    }
    if (file)
        fclose(file);
    return buf;
}

static int plan_on(const struct zp_topology *topo, const struct zp_load *load,
                   struct zp_error *err)
{
    struct zp_request req;
    struct zp_plan plan;
    char *text;
    uint32_t i;
    int rc;

    zp_request_init(&req);
    req.vcpus = 8;
    req.mem_kib = 16 << 20;
    req.nr_vnodes = 2;
    req.strategy = ZP_SCATTER;
    rc = zp_place(topo, load, &req, &plan, err);
    if (rc)
        return rc;
    for (i = 0; i < plan.nr_vnodes; i++)
        printf("vnode %u is on node %u\n", i,
               zp_topology_os_id(topo, plan.vnode[i].pnode));
    rc = zp_plan_to_text(topo, &plan, &text, err);
    if (rc)
        return rc;
    fputs(text, stdout);
    free(text);
    return ZP_OK;
}

int main(int argc, char **argv)
{
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_error err;
    size_t len = 0;
    char *buf;
    int rc;

    if (argc != 2) {
        fprintf(stderr, "usage: plan HOSTFILE\n");
        return 2;
    }
    buf = read_all(argv[1], &len);
    if (!buf) {
        perror(argv[1]);
        return 1;
    }
    rc = zp_host_from_buffer(buf, len, &topo, &load, &err);
    if (!rc) {
        rc = plan_on(topo, load, &err);
        zp_load_free(load);
        zp_topology_free(topo);
    }
    free(buf);
    if (rc)
        fprintf(stderr, "plan: %s\n", err.msg);
    return rc ? 1 : 0;
}
