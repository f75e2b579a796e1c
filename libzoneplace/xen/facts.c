/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest of others has, as JSON for its record, and what has become of
 * it. Pure. */
#include <inttypes.h>
#include <string.h>

#include "adapt/json.h"
#include "xen/xen.h"

/* ---- out ----------------------------------------------------------------- */

static bool same(const struct zp_pcpuset *a, const struct zp_pcpuset *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* The vcpu behind the last one with the affinity of @first. */
static uint32_t run_end(const struct zp_guest_facts *facts, uint32_t first)
{
    uint32_t end = first + 1;

    while (end < facts->nr_vcpus &&
           same(&facts->vcpu[end], &facts->vcpu[first]))
        end++;
    return end;
}

int zp__facts_to_json(const struct zp_guest_facts *facts, char **text_out,
                      struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;
    uint32_t i, end, node;

    zp__json_open_line(&w, NULL, '{');
    zp__json_put_string(&w, "name", facts->name);
    zp__json_put_string(&w, "uuid", facts->uuid);
    zp__json_put_uint(&w, "domid", facts->domid);
    zp__json_put_uint(&w, "memory_kib", facts->mem_kib);
    zp__json_open(&w, "vcpus", '[');
    for (i = 0; i < facts->nr_vcpus; i = end) {
        end = run_end(facts, i);
        zp__json_open(&w, NULL, '{');
        zp__json_put_uint(&w, "count", end - i);
        zp__json_put_pcpus(&w, "pcpus", &facts->vcpu[i]);
        zp__json_close(&w, '}');
    }
    zp__json_close(&w, ']');
    zp__json_put_bool(&w, "counted", facts->counted);
    zp__json_open(&w, "nodes", '[');
    for (node = 0; node < ZP_MAX_PNODES; node++) {
        if (!facts->held_kib[node])
            continue;
        zp__json_open(&w, NULL, '{');
        zp__json_put_uint(&w, "node", node);
        zp__json_put_uint(&w, "memory_kib", facts->held_kib[node]);
        zp__json_close(&w, '}');
    }
    zp__json_close(&w, ']');
    zp__json_close(&w, '}');
    return zp__json_take(&w, text_out, err);
}

/* ---- in ------------------------------------------------------------------ */

static void get_vcpus(struct zp__json_reader *r,
                      const struct zp__json_value *root,
                      struct zp_guest_facts *facts)
{
    const struct zp__json_value *list = zp__json_array(r, root, "vcpus"), *v;
    struct zp_pcpuset set;
    uint64_t count;
    uint32_t i;

    ZP__JSON_EACH (v, i, list) {
        zp__json_is_object(r, v);
        if (r->rc)
            return;
        count = zp__json_uint(r, v, "count",
                              ZP_MAX_VCPUS - facts->nr_vcpus);
        zp__json_pcpus(r, v, "pcpus", &set);
        while (!r->rc && count--)
            facts->vcpu[facts->nr_vcpus++] = set;
    }
}

static void get_nodes(struct zp__json_reader *r,
                      const struct zp__json_value *root,
                      struct zp_guest_facts *facts)
{
    const struct zp__json_value *list = zp__json_array(r, root, "nodes"), *v;
    uint64_t node;
    uint32_t i;

    ZP__JSON_EACH (v, i, list) {
        zp__json_is_object(r, v);
        if (r->rc)
            return;
        node = zp__json_uint(r, v, "node", ZP_MAX_PNODES - 1);
        facts->held_kib[node] = zp__json_uint(r, v, "memory_kib",
                                              ZP_MAX_MEM_KIB);
    }
}

int zp__facts_from_json(const char *buf, size_t len,
                        struct zp_guest_facts *facts_out,
                        struct zp_error *err)
{
    static const char *const keys[] = { "name", "uuid", "domid", "memory_kib",
                                        "vcpus", "counted", "nodes", NULL };
    struct zp__json_reader r = ZP__JSON_READER(err);
    struct zp__json doc = ZP__JSON_INIT;
    struct zp_guest_facts *facts = calloc(1, sizeof(*facts));
    int rc = facts ? zp__json_parse(&doc, "guest record", buf, len, err)
                   : zp__nomem(err);

    if (!rc) {
        zp__json_only(&r, doc.value, keys);
        zp__json_copy(&r, doc.value, "name", facts->name,
                      sizeof(facts->name));
        zp__json_copy(&r, doc.value, "uuid", facts->uuid,
                      sizeof(facts->uuid));
        facts->domid = (uint32_t)zp__json_uint(&r, doc.value, "domid",
                                               UINT32_MAX);
        facts->mem_kib = zp__json_uint(&r, doc.value, "memory_kib",
                                       ZP_MAX_MEM_KIB);
        facts->counted = zp__json_bool(&r, doc.value, "counted");
        get_vcpus(&r, doc.value, facts);
        get_nodes(&r, doc.value, facts);
        facts->adopted = true;
        rc = r.rc;
    }
    if (!rc)
        *facts_out = *facts;
    zp__json_clear(&doc);
    free(facts);
    return rc;
}

/* ---- then and now -------------------------------------------------------- */

/* Linux gives a page or two back and takes them again: what its balloon driver
 * and shared_info do is no change of place. */
enum { FEW_KIB = 64 };

static bool near(uint64_t a, uint64_t b)
{
    return (a > b ? a - b : b - a) <= FEW_KIB;
}

static void compare_vcpus(struct zp__report *r,
                          const struct zp_guest_facts *then,
                          const struct zp_guest_facts *now)
{
    char was[128], is[128];
    uint32_t i, bad = 0;

    zp__line(r, now->nr_vcpus == then->nr_vcpus, "%u vcpus, recorded %u",
             now->nr_vcpus, then->nr_vcpus);
    for (i = 0; i < now->nr_vcpus && i < then->nr_vcpus; i++) {
        if (same(&now->vcpu[i], &then->vcpu[i]))
            continue;
        zp_pcpuset_format(&then->vcpu[i], was, sizeof(was));
        zp_pcpuset_format(&now->vcpu[i], is, sizeof(is));
        zp__line(r, false, "hard affinity of vcpu %u: %s, recorded %s", i, is,
                 was);
        bad++;
    }
    if (!bad)
        zp__line(r, true, "hard affinity of %u vcpus", i);
}

static void compare_memory(struct zp__report *r,
                           const struct zp_guest_facts *then,
                           const struct zp_guest_facts *now)
{
    uint32_t node;

    zp__line(r, near(now->mem_kib, then->mem_kib),
             "%" PRIu64 " KiB of memory, recorded %" PRIu64, now->mem_kib,
             then->mem_kib);
    if (!then->counted || !now->counted) {
        zp__text_add(&r->text, "unchecked memory on each pnode: it %s not "
                     "counted\n", then->counted ? "is" : "was");
        return;
    }
    for (node = 0; node < ZP_MAX_PNODES; node++) {
        if (!then->held_kib[node] && !now->held_kib[node])
            continue;
        zp__line(r, near(now->held_kib[node], then->held_kib[node]),
                 "%" PRIu64 " KiB on pnode %u, recorded %" PRIu64,
                 now->held_kib[node], node, then->held_kib[node]);
    }
}

int zp_guest_compare(const struct zp_guest_facts *recorded,
                     const struct zp_guest_facts *now, char **report_out,
                     struct zp_error *err)
{
    struct zp__report r = { .text = ZP__TEXT_INIT };
    int rc;

    zp__line(&r, strcmp(now->uuid, recorded->uuid) == 0 &&
                     now->domid == recorded->domid,
             "domain %u with the uuid %s", now->domid, now->uuid);
    zp__line(&r, strcmp(now->name, recorded->name) == 0,
             "it is named %s, recorded %s", now->name, recorded->name);
    compare_vcpus(&r, recorded, now);
    compare_memory(&r, recorded, now);
    rc = zp__text_take(&r.text, report_out, err);
    if (rc)
        return rc;
    return r.differs ? zp__fail(err, ZP_ERR_DIFFERS, "verify",
                                "guest %s: %u checks differ", recorded->name,
                                r.differs)
                     : ZP_OK;
}
