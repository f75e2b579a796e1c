/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All domains as zp_audit() wants them, whoever has placed them. */
#include <string.h>

#include "xen/patched.h"

struct zp_xen_guests {
    size_t nr;
    struct zp_guest *guest;
    struct zp_pcpuset **vcpus;   /* by guest */
};

void zp_xen_guests_free(struct zp_xen_guests *guests)
{
    size_t i;

    if (!guests)
        return;
    for (i = 0; i < guests->nr; i++)
        free(guests->vcpus[i]);
    free(guests->vcpus);
    free(guests->guest);
    free(guests);
}

const struct zp_guest *zp_xen_guests_list(const struct zp_xen_guests *guests,
                                          size_t *nr_out)
{
    *nr_out = guests->nr;
    return guests->guest;
}

bool zp__domain_gone(struct zp_xen *xen, const libxl_dominfo *listed)
{
    libxl_dominfo now;
    bool gone;
    int rc;

    libxl_dominfo_init(&now);
    rc = libxl_domain_info(xen->ctx, &now, listed->domid);
    gone = rc == ERROR_DOMAIN_NOTFOUND ||
           (!rc && (now.dying ||
                    libxl_uuid_compare(&now.uuid, &listed->uuid)));
    libxl_dominfo_dispose(&now);
    return gone;
}

/* The vcpus that are online. One that has gone by now has none. */
static int read_vcpus(struct zp_xen *xen, struct zp_guest *guest,
                      struct zp_pcpuset **set_out, struct zp_error *err)
{
    int i, p, nr = 0, nr_pcpus;
    libxl_vcpuinfo *vcpus = libxl_list_vcpu(xen->ctx, guest->domid, &nr,
                                            &nr_pcpus);
    struct zp_pcpuset *set = calloc((size_t)nr + 1, sizeof(*set));

    if (!set) {
        libxl_vcpuinfo_list_free(vcpus, vcpus ? nr : 0);
        return zp__nomem(err);
    }
    for (i = 0; vcpus && i < nr; i++) {
        if (!vcpus[i].online)
            continue;
        for (p = 0; p < ZP_MAX_PCPUS; p++) {
            if (libxl_bitmap_test(&vcpus[i].cpumap, p))
                zp_pcpuset_add(&set[guest->nr_vcpus], (uint32_t)p);
        }
        guest->nr_vcpus++;
    }
    libxl_vcpuinfo_list_free(vcpus, vcpus ? nr : 0);
    guest->vcpu = *set_out = set;
    return ZP_OK;
}

static int read_pages(struct zp_xen *xen, const struct zp_topology *topo,
                      const libxl_dominfo *info, struct zp_guest *guest,
                      struct zp_error *err)
{
    uint64_t by_node[ZP_MAX_PNODES];
    uint32_t pos, node;
    xen_pfn_t last;
    int rc;

    if (zp__domctl_counts(xen->domctl, info)) {
        if (xc_domain_maximum_gpfn(xen->xch, guest->domid, &last) < 0)
            return zp__fail(err, ZP_ERR_XEN, "xen",
                            "domain %u has gone", guest->domid);
        rc = zp__domctl_residency(xen->domctl, guest->domid, 0, last + 1,
                                  by_node, err);
    } else {
        rc = zp__numa_pages(xen, guest->domid, by_node, err);
    }
    for (pos = 0; !rc && pos < zp_topology_nr_pnodes(topo); pos++) {
        node = zp_topology_os_id(topo, pos);
        guest->held_kib[pos] = node < ZP_MAX_PNODES ? by_node[node] * 4 : 0;
    }
    return rc;
}

static int read_guest(struct zp_xen *xen, const struct zp_topology *topo,
                      const libxl_dominfo *info, bool zone,
                      struct zp_guest *guest, struct zp_pcpuset **vcpus,
                      struct zp_error *err)
{
    char *name = libxl_domid_to_name(xen->ctx, info->domid);
    int rc;

    guest->domid = info->domid;
    guest->fixed = zone || !info->domid;
    snprintf(guest->name, sizeof(guest->name), "%s", name ? name : "");
    free(name);
    rc = read_vcpus(xen, guest, vcpus, err);
    return rc ? rc : read_pages(xen, topo, info, guest, err);
}

static bool is_zone(const struct zp__record *recs, size_t nr,
                    const libxl_dominfo *info)
{
    size_t i;

    for (i = 0; i < nr; i++) {
        if (zp__domain_in(info, 1, recs[i].uuid))
            return true;
    }
    return false;
}

static int check_walk(struct zp_xen *xen, const libxl_dominfo *list, int nr,
                      bool force, struct zp_error *err)
{
    uint64_t sum_kib = 0;
    int i;

    for (i = 0; i < nr; i++)
        sum_kib += list[i].current_memkb;
    if (force || zp__domctl_has(xen->domctl, ZP__CALL_RESIDENCY))
        return ZP_OK;
    return zp__walk_check(sum_kib, err, "the guests have");
}

static int leave_out_last(struct zp_xen_guests *guests)
{
    guests->nr--;
    free(guests->vcpus[guests->nr]);
    guests->vcpus[guests->nr] = NULL;
    memset(&guests->guest[guests->nr], 0, sizeof(*guests->guest));
    return ZP_OK;
}

static int read_all(struct zp_xen *xen, const struct zp_topology *topo,
                    const libxl_dominfo *list, int nr,
                    struct zp_xen_guests *guests, struct zp_error *err)
{
    struct zp__record *recs;
    size_t nr_recs, at;
    int i, rc = zp__store_list(xen, &recs, &nr_recs, err);

    if (rc)
        return rc;
    for (i = 0; i < nr && !rc; i++) {
        at = guests->nr;
        rc = read_guest(xen, topo, &list[i],
                        is_zone(recs, nr_recs, &list[i]), &guests->guest[at],
                        &guests->vcpus[at], err);
        guests->nr++;
        /* What it was read of may be half of it, or nothing. */
        if (list[i].domid && zp__domain_gone(xen, &list[i]))
            rc = leave_out_last(guests);
    }
    zp__store_list_free(recs, nr_recs);
    return rc;
}

int zp_xen_guests(struct zp_xen *xen, const struct zp_topology *topo,
                  bool force, struct zp_xen_guests **guests_out,
                  struct zp_error *err)
{
    struct zp_xen_guests *guests;
    libxl_dominfo *list;
    int nr, rc;

    rc = zp__domains(xen, &list, &nr, err);
    if (rc)
        return rc;
    guests = calloc(1, sizeof(*guests));
    if (guests) {
        guests->guest = calloc((size_t)nr + 1, sizeof(*guests->guest));
        guests->vcpus = calloc((size_t)nr + 1, sizeof(*guests->vcpus));
    }
    rc = guests && guests->guest && guests->vcpus
             ? check_walk(xen, list, nr, force, err)
             : zp__nomem(err);
    if (!rc)
        rc = read_all(xen, topo, list, nr, guests, err);
    libxl_dominfo_list_free(list, nr);
    if (rc) {
        zp_xen_guests_free(guests);
        return rc;
    }
    *guests_out = guests;
    return ZP_OK;
}
