/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readings for the doctor: what Xen and dom0's Linux say of how they are set
 * up. Nothing is judged here, and what can't be read stays unknown. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "xen/patched.h"

#define XL_CONF "/etc/xen/xl.conf"

static void copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
    to[strcspn(to, "\n")] = '\0';
}

/* ---- dom0's Linux ---- */

/* First line of a file; false if there is none. */
static bool read_line(const char *path, char *buf, size_t size)
{
    FILE *f = fopen(path, "re");
    bool got = f && fgets(buf, (int)size, f);

    if (f)
        fclose(f);
    if (got)
        buf[strcspn(buf, "\n")] = '\0';
    return got;
}

void zp__xl_conf_word(const char *text, const char *key, char *buf,
                      size_t size)
{
    size_t klen = strlen(key), len;
    const char *at;

    for (at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        const char *word = at + strspn(at, " \t");

        if (strncmp(word, key, klen) != 0)
            continue;
        word += klen + strspn(word + klen, " \t");
        if (*word != '=')
            continue;
        word++;
        word += strspn(word, " \t\"'");
        len = strcspn(word, " \t\"'\n#;");
        snprintf(buf, size, "%.*s", (int)len, word);
    }
}

/* A file that is absent says what xl(1) does by itself. */
static void read_autoballoon(struct zp_setup *setup)
{
    char text[16384];
    FILE *f = fopen(XL_CONF, "re");
    size_t len;

    if (!f && errno != ENOENT)
        return;
    len = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
    text[len] = '\0';
    if (f)
        fclose(f);
    copy(setup->autoballoon, sizeof(setup->autoballoon), "auto");
    zp__xl_conf_word(text, "autoballoon", setup->autoballoon,
                     sizeof(setup->autoballoon));
}

static void read_model(struct zp_setup *setup)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "re");

    while (f && fgets(line, sizeof(line), f)) {
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
            copy(setup->cpu_model, sizeof(setup->cpu_model),
                 strchr(line, ':') + 2);
            break;
        }
    }
    if (f)
        fclose(f);
}

/* A backend driver, loaded or built in. */
static enum zp_answer driver(const char *path)
{
    return access(path, F_OK) == 0 ? ZP_ANSWER_YES : ZP_ANSWER_NO;
}

static enum zp_answer runs(const char *name)
{
    char path[300], comm[32];
    enum zp_answer found = ZP_ANSWER_NO;
    struct dirent *entry;
    DIR *dir = opendir("/proc");

    if (!dir)
        return ZP_ANSWER_UNKNOWN;
    while (found == ZP_ANSWER_NO && (entry = readdir(dir))) {
        if (!isdigit((unsigned char)*entry->d_name))
            continue;
        snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
        if (read_line(path, comm, sizeof(comm)) && strcmp(comm, name) == 0)
            found = ZP_ANSWER_YES;
    }
    closedir(dir);
    return found;
}

static void read_linux(struct zp_setup *setup)
{
    char line[32];

    if (read_line("/proc/sys/kernel/numa_balancing", line, sizeof(line)))
        setup->dom0_numa_balancing = strtoull(line, NULL, 10);
    setup->blkback = driver("/sys/bus/xen-backend/drivers/vbd");
    setup->netback = driver("/sys/bus/xen-backend/drivers/vif");
    setup->balloond = runs("zone-balloond");
    read_autoballoon(setup);
    read_model(setup);
}

static void read_conf(struct zp_setup *setup, struct zp_host_options *opt)
{
    struct zp_error why;

    if (zp_host_options_read(NULL, opt, &why)) {
        setup->host_conf = ZP_ANSWER_NO;
        copy(setup->host_conf_fault, sizeof(setup->host_conf_fault), why.msg);
    } else {
        setup->host_conf = ZP_ANSWER_YES;
    }
}

/* ---- Xen ---- */

static void read_version(struct zp_xen *xen, struct zp_setup *setup)
{
    const libxl_version_info *info = libxl_get_version_info(xen->ctx);

    if (!info)
        return;
    snprintf(setup->xen_version, sizeof(setup->xen_version), "%d.%d%s",
             info->xen_version_major, info->xen_version_minor,
             info->xen_version_extra);
    copy(setup->xen_cmdline, sizeof(setup->xen_cmdline), info->commandline);
    setup->patched = zp__domctl_tier(xen->domctl) == ZP_TIER_PATCHED
                     ? ZP_ANSWER_YES : ZP_ANSWER_NO;
}

static void read_pool(struct zp_xen *xen, const char *name,
                      struct zp_setup *setup)
{
    int i, nr = 0;
    libxl_cpupoolinfo *pools = libxl_list_cpupool(xen->ctx, &nr);

    if (!pools)
        return;
    copy(setup->pool, sizeof(setup->pool), *name ? name : "Pool-0");
    setup->pool_exists = ZP_ANSWER_NO;
    for (i = 0; i < nr; i++) {
        if (!pools[i].pool_name || strcmp(pools[i].pool_name, setup->pool))
            continue;
        setup->pool_exists = ZP_ANSWER_YES;
        copy(setup->scheduler, sizeof(setup->scheduler),
             libxl_scheduler_to_string(pools[i].sched));
    }
    libxl_cpupoolinfo_list_free(pools, nr);
}

static void read_dom0(struct zp_xen *xen, struct zp_setup *setup)
{
    int v, p, nr = 0, nr_pcpus = 0;
    libxl_vcpuinfo *vcpus = libxl_list_vcpu(xen->ctx, 0, &nr, &nr_pcpus);
    libxl_dominfo info;

    setup->dom0_vcpus = vcpus ? 0 : ZP_UNKNOWN_NUMBER;
    for (v = 0; vcpus && v < nr; v++) {
        if (!vcpus[v].online)
            continue;
        setup->dom0_vcpus++;
        for (p = 0; p < nr_pcpus && p < ZP_MAX_PCPUS; p++) {
            if (libxl_bitmap_test(&vcpus[v].cpumap, p))
                zp_pcpuset_add(&setup->dom0_pcpus, (uint32_t)p);
        }
    }
    libxl_vcpuinfo_list_free(vcpus, vcpus ? nr : 0);
    libxl_dominfo_init(&info);
    if (!libxl_domain_info(xen->ctx, &info, 0)) {
        setup->dom0_kib = info.current_memkb;
        setup->dom0_max_kib = info.max_memkb;
    }
    libxl_dominfo_dispose(&info);
}

static void read_zones(struct zp_xen *xen, struct zp_setup *setup)
{
    struct zp_zone *zones;
    size_t nr, i;

    if (zp_zone_list(xen, &zones, &nr, NULL))
        return;
    setup->dynamic_zones = 0;
    for (i = 0; i < nr; i++)
        setup->dynamic_zones += !zones[i].damaged &&
                                zones[i].spec.plan.growth != ZP_GROWTH_NONE;
    zp_zone_list_free(zones, nr);
}

void zp_xen_setup(struct zp_xen *xen, struct zp_setup *setup_out)
{
    struct zp_host_options opt = { .reserve_percent = 0 };

    zp_setup_init(setup_out);
    read_linux(setup_out);
    read_conf(setup_out, &opt);
    if (!xen)
        return;
    setup_out->xenstored = ZP_ANSWER_YES;
    zp__log_reset(&xen->log);
    read_version(xen, setup_out);
    read_pool(xen, opt.cpupool, setup_out);
    read_dom0(xen, setup_out);
    read_zones(xen, setup_out);
}
