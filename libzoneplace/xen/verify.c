/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is the zone what its plan says? Asks Xen, and looks into its memory. */
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include <xenforeignmemory.h>

#include "xen/patched.h"

/* ---- pages per pnode --------------------------------------------------- */

/* Special and ACPI pages are on the first vnode's pnode: the launch confines
 * them there while they are made. */
static void check_pages(struct zp__report *r, const struct zp_topology *topo,
                        const struct zp_zone *zone,
                        const struct zp_zone_stat *stat)
{
    const struct zp_plan *plan = &zone->spec.plan;
    uint64_t want[ZP_MAX_PNODES] = { 0 };
    uint64_t extra = zone->special_pages + (uint64_t)zone->acpi_pages;
    uint32_t i, pos, first;
    uint64_t held = 0;

    for (i = 0; i < plan->nr_vnodes; i++) {
        pos = zp_topology_pos(topo, plan->vnode[i].pnode_os_id);
        if (pos == ZP_UNKNOWN_ID) {
            zp__line(r, false, "pnode %u of vnode %u does not exist",
                     plan->vnode[i].pnode_os_id, i);
            continue;
        }
        want[pos] += plan->vnode[i].mem_kib / 4;
        if (i == 0)
            want[pos] += extra;
    }
    /* All that a dynamic zone of one vnode holds, however much, is there. */
    if (plan->growth != ZP_GROWTH_NONE) {
        memset(want, 0, sizeof(want));
        for (pos = 0; pos < stat->nr_pnodes; pos++)
            held += stat->pages[pos];
        first = zp_topology_pos(topo, plan->vnode[0].pnode_os_id);
        if (plan->nr_vnodes > 1 || first == ZP_UNKNOWN_ID) {
            zp__line(r, true, "%" PRIu64 " pages, of a flat zone that may have "
                     "them anywhere", held);
            return;
        }
        want[first] = held;
    }
    /* A Linux guest has Xen map shared_info over a page of its first MiB; the
     * page that was there goes back to Xen. */
    first = zp_topology_pos(topo, plan->vnode[0].pnode_os_id);
    if (first != ZP_UNKNOWN_ID && stat->pages[first] + 1 == want[first]) {
        zp__line(r, true, "1 page of pnode %u was given back by the guest for "
                 "shared_info", plan->vnode[0].pnode_os_id);
        want[first]--;
    }
    for (pos = 0; pos < stat->nr_pnodes; pos++) {
        if (!want[pos] && !stat->pages[pos])
            continue;
        zp__line(r, stat->pages[pos] == want[pos],
                 "pages on pnode %u: %" PRIu64 ", planned %" PRIu64,
                 zp_topology_os_id(topo, pos), stat->pages[pos], want[pos]);
    }
    zp__line(r, true, "of these %u special and %u ACPI pages on pnode %u",
             zone->special_pages, zone->acpi_pages, plan->vnode[0].pnode_os_id);
}

/*
 * How many frames the guest's grant table has: pages of Xen's, from wherever it
 * had one (gnttab_get_shared_frame_mfn()). None if Xen does not say.
 */
static uint64_t grant_frames(struct zp_xen *xen, uint32_t domid)
{
    struct gnttab_query_size query = { .dom = (domid_t)domid };

    if (xc_gnttab_query_size(xen->xch, &query) || query.status != GNTST_okay)
        return 0;
    return query.nr_frames;
}

/*
 * By range of guest memory, so that a page on another vnode's pnode is found.
 * Where a Linux guest has shared_info there is a page of Xen's, wherever Xen
 * had one.
 */
static int check_ranges(struct zp__report *r, struct zp_xen *xen,
                        const struct zp_zone *zone, struct zp_error *err)
{
    const struct zp_plan *plan = &zone->spec.plan;
    uint64_t pages[ZP_MAX_PNODES], want, sum, extra;
    struct zp_range ranges[2 * (ZP_MAX_VNODES + 1)];
    uint32_t nr = zp_plan_ranges(plan, ranges), now = nr, home, node, i;
    uint64_t frames = grant_frames(xen, zone->domid), xens, here;
    bool grown;
    int rc = ZP_OK;

    nr += zp_plan_future_ranges(plan, ranges + nr);

    for (i = 0; i < nr && !rc; i++) {
        rc = zp__domctl_residency(xen->domctl, zone->domid,
                                  ranges[i].start / 4096, ranges[i].end / 4096,
                                  pages, err);
        if (rc)
            return rc;
        home = plan->vnode[ranges[i].vnode].pnode_os_id;
        want = (ranges[i].end - ranges[i].start) / 4096;
        for (sum = node = 0; node < ZP_MAX_PNODES; node++)
            sum += pages[node];
        /* How much of it is there is up to guest and balloon. */
        if (plan->growth != ZP_GROWTH_NONE && sum < want)
            want = sum;
        /* Where a balloon driver finds room for memory the guest has also
         * found room for its grant table, whose pages are Xen's. */
        grown = plan->growth == ZP_GROWTH_HOTADD && i >= now;
        xens = grown ? frames : i == 0;
        here = home < ZP_MAX_PNODES ? pages[home] : 0;
        zp__line(r, sum == want && here + xens >= want,
                 "vnode %u, %#" PRIx64 "-%#" PRIx64 ": %" PRIu64 " of %" PRIu64
                 " pages on pnode %u", ranges[i].vnode, ranges[i].start,
                 ranges[i].end, here, want, home);
        if (grown)
            frames = here + frames > want ? here + frames - want : 0;
    }
    if (!rc)
        rc = zp__domctl_residency(xen->domctl, zone->domid,
                                  ZP_HOLE_START / 4096, ZP_HOLE_END / 4096,
                                  pages, err);
    home = plan->vnode[0].pnode_os_id;
    extra = zone->special_pages + (uint64_t)zone->acpi_pages;
    if (!rc)
        zp__line(r, home < ZP_MAX_PNODES && pages[home] == extra,
                 "%" PRIu64 " special and ACPI pages on pnode %u, planned "
                 "%" PRIu64,
                 home < ZP_MAX_PNODES ? pages[home] : 0, home, extra);
    return rc;
}

/* ---- what a patched Xen was told --------------------------------------- */

static int check_patched(struct zp__report *r, struct zp_xen *xen,
                         const struct zp_zone *zone, struct zp_error *err)
{
    const struct zp_plan *plan = &zone->spec.plan;
    uint32_t differ, nr_leaves;
    bool strict;
    int rc;

    if (plan->tier != ZP_TIER_PATCHED || plan->type != ZP_GUEST_PVH)
        return ZP_OK;
    rc = zp__topology_compare(xen, plan, zone->domid, &differ, &nr_leaves,
                              err);
    if (!rc)
        rc = zp__domctl_get_strict(xen->domctl, zone->domid, &strict, err);
    if (rc)
        return rc;
    zp__line(r, !differ, "APIC ids and %u topology leaves of %u vcpus, of %u "
             "not as planned", nr_leaves, plan->nr_vcpu_ids, differ);
    zp__line(r, strict, "memory is %sconfined to the planned pnodes",
             strict ? "" : "not ");
    return ZP_OK;
}

/* ---- affinities -------------------------------------------------------- */

static void check_affinities(struct zp__report *r, const struct zp_plan *plan,
                             const struct zp_zone_stat *stat)
{
    char want[256], hard[256], soft[256];
    uint32_t i, bad = 0;

    zp__line(r, stat->nr_vcpus == plan->nr_vcpu_ids,
             "vcpus of the domain: %u, planned %u", stat->nr_vcpus,
             plan->nr_vcpu_ids);
    for (i = 0; i < stat->nr_vcpus && i < plan->nr_vcpu_ids; i++) {
        struct zp_pcpuset set;

        zp_plan_vcpu_pcpus(plan, i, &set);
        if (memcmp(&set, &stat->vcpu[i].hard, sizeof(set)) == 0 &&
            memcmp(&set, &stat->vcpu[i].soft, sizeof(set)) == 0)
            continue;
        zp_pcpuset_format(&set, want, sizeof(want));
        zp_pcpuset_format(&stat->vcpu[i].hard, hard, sizeof(hard));
        zp_pcpuset_format(&stat->vcpu[i].soft, soft, sizeof(soft));
        zp__line(r, false, "affinity of vcpu %u: hard %.60s, soft %.60s, "
                 "planned %.60s", i, hard, soft, want);
        bad++;
    }
    if (!bad)
        zp__line(r, true, "hard and soft affinity of %u vcpus", i);
}

/* ---- the guest's tables ------------------------------------------------ */

/* Copies guest memory; false if a page is not there. */
static bool read_guest(xenforeignmemory_handle *fmem, uint32_t domid,
                       uint64_t gpa, void *buf, size_t len)
{
    uint8_t *to = buf;

    while (len) {
        xen_pfn_t gfn = gpa / XC_PAGE_SIZE;
        size_t at = gpa % XC_PAGE_SIZE, part = XC_PAGE_SIZE - at;
        int failed = 0;
        void *page;

        if (part > len)
            part = len;
        page = xenforeignmemory_map(fmem, domid, PROT_READ, 1, &gfn,
                                    &failed);
        if (!page)
            return false;
        if (!failed)
            memcpy(to, (uint8_t *)page + at, part);
        xenforeignmemory_unmap(fmem, page, 1);
        if (failed)
            return false;
        to += part;
        gpa += part;
        len -= part;
    }
    return true;
}

/* Address and length of the table with that signature; false: there is none.
 * Not by way of the RSDP: once it has been read, its page is the guest's to
 * use. What is there may be anything: lengths are bounded. */
static bool find_table(xenforeignmemory_handle *fmem, uint32_t domid,
                       uint64_t xsdt, const char *sig, uint64_t *gpa_out,
                       uint32_t *len_out)
{
    uint8_t head[36], entry[8];
    uint32_t len, at;

    if (!read_guest(fmem, domid, xsdt, head, sizeof(head)) ||
        memcmp(head, "XSDT", 4) != 0)
        return false;
    len = zp__get_le32(head + 4);
    for (at = sizeof(head); at + 8 <= len && at < 4096; at += 8) {
        if (!read_guest(fmem, domid, xsdt + at, entry, sizeof(entry)) ||
            !read_guest(fmem, domid, zp__get_le64(entry), head, sizeof(head)))
            return false;
        if (memcmp(head, sig, 4) == 0) {
            *gpa_out = zp__get_le64(entry);
            *len_out = zp__get_le32(head + 4);
            return true;
        }
    }
    return false;
}

static int check_table(struct zp__report *r, xenforeignmemory_handle *fmem,
                       const struct zp_zone *zone, const char *sig,
                       size_t size,
                       int (*write)(const struct zp_plan *plan, void *buf,
                                    size_t size, struct zp_error *err),
                       struct zp_error *err)
{
    bool shown = size > 0, found;
    ZP_CLEANUP(zp__cleanup_free) char *want = calloc(2, size + 1);
    uint64_t gpa = 0;
    uint32_t len = 0;
    int rc;

    if (!want)
        return zp__nomem(err);
    found = find_table(fmem, zone->domid, zone->xsdt, sig, &gpa, &len);
    if (!shown || !found) {
        zp__line(r, shown == found, "%s in the guest's memory: %s, planned %s",
                 sig, found ? "there" : "none", shown ? "one" : "none");
        return ZP_OK;
    }
    rc = write(&zone->spec.plan, want, size, err);
    if (rc)
        return rc;
    zp__line(r, len == size &&
                    read_guest(fmem, zone->domid, gpa, want + size, size) &&
                    memcmp(want, want + size, size) == 0,
             "%s in the guest's memory: %u bytes at %#" PRIx64
             ", planned %zu bytes", sig, len, gpa, size);
    return ZP_OK;
}

static int check_tables(struct zp__report *r, struct zp_xen *xen,
                        const struct zp_zone *zone, struct zp_error *err)
{
    const struct zp_plan *plan = &zone->spec.plan;
    xenforeignmemory_handle *fmem;
    int rc;

    if (plan->type != ZP_GUEST_PVH)
        return ZP_OK;
    fmem = xenforeignmemory_open(&xen->log.vtable, 0);
    if (!fmem)
        return zp__fail(err, ZP_ERR_XEN, "memory",
                        "the guest's memory can't be mapped");
    rc = check_table(r, fmem, zone, "SRAT",
                     plan->show_numa ? zp_srat_size(plan) : 0,
                     zp_srat_write, err);
    if (!rc)
        rc = check_table(r, fmem, zone, "SLIT",
                         plan->show_numa ? zp_slit_size(plan) : 0,
                         zp_slit_write, err);
    if (!rc)
        rc = check_table(r, fmem, zone, "SSDT", zp_ssdt_size(plan),
                         zp_ssdt_write, err);
    xenforeignmemory_close(fmem);
    return rc;
}

/* ---- the record against the domain ------------------------------------- */

static int check_record(struct zp__report *r, struct zp_xen *xen,
                        const struct zp_zone *zone, struct zp_error *err)
{
    const struct zp_zone_spec *spec = &zone->spec;
    ZP_CLEANUP(zp__cleanup_free) char *name = NULL;
    struct zp_error why = { .code = 0 };
    uint32_t domid;
    int rc = zp__domain_by_uuid(xen, spec->uuid, &domid, err);

    if (rc && rc != ZP_ERR_NOTFOUND)
        return rc;
    zp__line(r, !rc && domid == zone->domid, "domain %u has the uuid %s",
             zone->domid, spec->uuid);
    name = libxl_domid_to_name(xen->ctx, zone->domid);
    zp__line(r, name && strcmp(name, spec->request.name) == 0,
             "domain %u is named %s, recorded %s", zone->domid,
             name ? name : "(none)", spec->request.name);
    rc = zp_plan_check(NULL, &spec->plan, &why);
    zp__line(r, rc == ZP_OK, "the recorded plan is consistent%s%s",
             rc ? ": " : "", rc ? why.msg : "");
    zp__line(r, strcmp(spec->plan.name, spec->request.name) == 0,
             "the recorded plan is that of %s", spec->plan.name);
    return ZP_OK;
}

/* The host may differ from the one that was planned for. */
static void check_host(struct zp__report *r, const struct zp_topology *topo,
                       const struct zp_plan *plan)
{
    struct zp_error why = { .code = 0 };
    int rc = zp_plan_check(topo, plan, &why);

    zp__line(r, rc == ZP_OK, "the recorded plan fits this host%s%s",
             rc ? ": " : "", rc ? why.msg : "");
}

int zp_zone_verify(struct zp_xen *xen, const struct zp_topology *topo,
                   const struct zp_zone *zone, enum zp_count count,
                   bool force, char **report_out, struct zp_error *err)
{
    struct zp__report r = { .text = ZP__TEXT_INIT };
    struct zp_zone_stat stat;
    int rc;

    rc = zp_zone_stat(xen, topo, zone, count, force, &stat, err);
    if (!rc && zone->damaged) {
        zp__line(&r, false, "the record of zone %s can't be read",
                 zone->spec.request.name);
        goto out;
    }
    if (!rc)
        rc = check_record(&r, xen, zone, err);
    if (!rc) {
        check_host(&r, topo, &zone->spec.plan);
        check_affinities(&r, &zone->spec.plan, &stat);
        if (zone->spec.plan.type == ZP_GUEST_PVH &&
            zp__domctl_has(xen->domctl, ZP__CALL_RESIDENCY))
            rc = check_ranges(&r, xen, zone, err);
        else if (stat.pages_known)
            check_pages(&r, topo, zone, &stat);
        else
            zp__text_add(&r.text, "unchecked pages on each pnode: this Xen "
                         "counts them for a zone that is named\n");
        if (!rc)
            rc = check_patched(&r, xen, zone, err);
        if (!rc)
            rc = check_tables(&r, xen, zone, err);
    }
out:
    if (!rc)
        rc = zp__text_take(&r.text, report_out, err);
    if (rc) {
        zp__text_clear(&r.text);
        return rc;
    }
    if (r.differs)
        return zp__fail(err, ZP_ERR_DIFFERS, "verify",
                        "zone %s: %u checks differ",
                        zone->spec.request.name, r.differs);
    return ZP_OK;
}
