/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads of dom0's backends, and the vcpus of dom0 that are near a zone.
 *
 * Linux runs a kernel thread for each ring of a disk ("7.xvda-0" for domain 7)
 * and two for each queue of an interface ("vif7.0-q0-guest-rx", "-dealloc").
 * They copy the zone's data, so they belong to where its memory is.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <sched.h>
#include <string.h>

#include "xen/xen.h"

/* Linux' include/linux/sched.h; field 9 of /proc/PID/stat. */
#define PF_KTHREAD 0x00200000ul

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool zp__backend_thread(const char *stat, uint32_t domid)
{
    const char *name = strchr(stat, '('), *rest = strrchr(stat, ')');
    char disk[24], vif[24];
    unsigned long flags;

    if (!name || !rest || rest < name)
        return false;
    /* state ppid pgrp session tty tpgid flags */
    if (sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %lu", &flags) != 1 ||
        !(flags & PF_KTHREAD))
        return false;
    snprintf(disk, sizeof(disk), "(%u.", domid);
    snprintf(vif, sizeof(vif), "(vif%u.", domid);
    return starts(name, disk) || starts(name, vif);
}

static bool read_stat(const char *proc, const char *pid, char *buf,
                      size_t size)
{
    char path[300];
    FILE *in;
    bool got;

    snprintf(path, sizeof(path), "%s/%s/stat", proc, pid);
    in = fopen(path, "re");
    if (!in)
        return false;
    got = fgets(buf, (int)size, in) != NULL;
    fclose(in);
    return got;
}

unsigned zp__backends_bind(uint32_t domid, const struct zp_pcpuset *vcpus)
{
    char stat[512];
    struct dirent *entry;
    unsigned nr = 0;
    uint32_t v = 0;
    cpu_set_t set;
    DIR *dir;

    CPU_ZERO(&set);
    while ((v = zp_pcpuset_next(vcpus, v)) < CPU_SETSIZE)
        CPU_SET(v++, &set);
    dir = opendir("/proc");
    while (dir && (entry = readdir(dir))) {
        if (!isdigit((unsigned char)*entry->d_name) ||
            !read_stat("/proc", entry->d_name, stat, sizeof(stat)) ||
            !zp__backend_thread(stat, domid))
            continue;
        /* One that has ended since is no matter. */
        if (!sched_setaffinity(atoi(entry->d_name), sizeof(set), &set))
            nr++;
    }
    if (dir)
        closedir(dir);
    return nr;
}

/* The pcpus of a plan's pnodes; its own sets lack those reserved for dom0. */
static int home_pcpus(struct zp_xen *xen, const struct zp_plan *plan,
                      struct zp_pcpuset *set_out, struct zp_error *err)
{
    libxl_cputopology *topology;
    int nr = 0, pcpu;
    uint32_t v;

    memset(set_out, 0, sizeof(*set_out));
    zp__log_reset(&xen->log);
    topology = libxl_get_cpu_topology(xen->ctx, &nr);
    if (!topology)
        return zp__log_fail(&xen->log, err, ERROR_FAIL, "asking for pcpus");
    for (pcpu = 0; pcpu < nr && pcpu < ZP_MAX_PCPUS; pcpu++) {
        for (v = 0; v < plan->nr_vnodes; v++) {
            if (topology[pcpu].node == plan->vnode[v].pnode_os_id)
                zp_pcpuset_add(set_out, (uint32_t)pcpu);
        }
    }
    libxl_cputopology_list_free(topology, nr);
    return ZP_OK;
}

static bool kept_to(const libxl_bitmap *may, const struct zp_pcpuset *home)
{
    bool some = false;
    uint32_t pcpu;

    for (pcpu = 0; pcpu < ZP_MAX_PCPUS; pcpu++) {
        if (!libxl_bitmap_test(may, (int)pcpu))
            continue;
        if (!zp_pcpuset_has(home, pcpu))
            return false;
        some = true;
    }
    return some;
}

int zp_xen_home_vcpus(struct zp_xen *xen, const struct zp_plan *plan,
                      struct zp_pcpuset *vcpus_out, uint32_t *nr_dom0_out,
                      struct zp_error *err)
{
    struct zp_pcpuset home;
    libxl_vcpuinfo *vcpus;
    int i, nr = 0, nr_pcpus;
    int rc = home_pcpus(xen, plan, &home, err);

    if (rc)
        return rc;
    vcpus = libxl_list_vcpu(xen->ctx, 0, &nr, &nr_pcpus);
    if (!vcpus)
        return zp__log_fail(&xen->log, err, ERROR_FAIL, "listing dom0's vcpus");
    memset(vcpus_out, 0, sizeof(*vcpus_out));
    *nr_dom0_out = (uint32_t)nr;
    for (i = 0; i < nr && i < ZP_MAX_PCPUS; i++) {
        if (vcpus[i].online && kept_to(&vcpus[i].cpumap, &home))
            zp_pcpuset_add(vcpus_out, (uint32_t)i);
    }
    libxl_vcpuinfo_list_free(vcpus, nr);
    return ZP_OK;
}
