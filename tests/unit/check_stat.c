/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What zonectl stat prints: the table, the JSON object, Prometheus' text. */
#include "core.h"

/* Check has a macro of that name. */
#undef fail
#include "../../tools/stat.h"

enum { MIB_PAGES = 256 };

struct fix {
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_zone zone;
    struct sample sample;
    struct spool out;
};

/* Two vnodes of 512 MiB on pnodes 4 and 9 of three, 1 MiB of the first one's
 * on the other's pnode, 12 pages beside. */
static void fix_init(struct fix *f)
{
    static const uint32_t ids[] = { 0, 4, 9 };
    struct zp_zone_stat *stat = &f->sample.stat;
    struct zp_plan *plan = &f->zone.spec.plan;
    uint32_t i;

    memset(f, 0, sizeof(*f));
    ck_works(zp_topology_new(&f->topo, &err));
    for (i = 0; i < 3; i++) {
        struct zp_pnode_desc desc = { .os_id = ids[i], .mem_kib = 1 << 20 };

        zp_pcpuset_add(&desc.pcpus, 2 * i);
        zp_pcpuset_add(&desc.pcpus, 2 * i + 1);
        ck_works(zp_topology_add_pnode(f->topo, &desc, &err));
    }
    zp_topology_set_name(f->topo, "a\"b\\c");
    ck_works(zp_topology_freeze(f->topo, &err));
    ck_works(zp_load_new(f->topo, &f->load, &err));
    ck_works(zp_load_set_promised(f->load, 1, 2048, &err));
    ck_works(zp_load_set_used_vcpus(f->load, 1, 3, &err));
    strcpy(f->zone.spec.request.name, "web");
    strcpy(f->zone.spec.uuid, "u-u");
    f->zone.domid = 7;
    f->zone.mem_kib = 1024 * 1024 + 48;
    plan->nr_vnodes = plan->nr_cpu_vnodes = 2;
    plan->nr_vcpu_ids = plan->max_vcpus = plan->vcpus = 2;
    for (i = 0; i < 2; i++) {
        plan->vnode[i].pnode = i + 1;
        plan->vnode[i].pnode_os_id = ids[i + 1];
        plan->vnode[i].first_vcpu = i;
        plan->vnode[i].nr_vcpus = 1;
        plan->vnode[i].mem_kib = 512 * 1024;
    }
    f->sample.zone = &f->zone;
    f->sample.known = true;
    stat->nr_pnodes = 3;
    stat->pages_known = true;
    stat->nr_vnodes = 2;
    stat->vnode_pages[0][1] = 511 * MIB_PAGES;
    stat->vnode_pages[0][2] = MIB_PAGES;
    stat->vnode_pages[1][2] = 512 * MIB_PAGES;
    stat->pages[1] = 511 * MIB_PAGES + 12;
    stat->pages[2] = 513 * MIB_PAGES;
    stat->misplaced = MIB_PAGES;
    stat->count_ns = 5000;
    stat->nr_vcpus = 2;
    for (i = 0; i < 2; i++) {
        stat->vcpu[i].online = true;
        stat->vcpu[i].pcpu = 2 + 2 * i;
        stat->vcpu[i].time_ns = 1500000007;
        zp_pcpuset_add(&stat->vcpu[i].hard, 2 + 2 * i);
        zp_pcpuset_add(&stat->vcpu[i].soft, 2 + 2 * i);
    }
}

static void fix_clear(struct fix *f)
{
    spool_clear(&f->out);
    zp_load_free(f->load);
    zp_topology_free(f->topo);
}

static void expect(const struct fix *f, const char *text)
{
    ck_assert_msg(strstr(f->out.buf, text) != NULL, "no \"%s\" in:\n%s",
                  text, f->out.buf);
}

START_TEST(the_share_is_of_all_pages)
{
    struct fix f;

    fix_init(&f);
    ck_assert_uint_eq(stat_local(&f.sample.stat), 9990);
    f.sample.stat.misplaced = 0;
    ck_assert_uint_eq(stat_local(&f.sample.stat), 10000);
    f.sample.stat.misplaced = UINT64_MAX;
    ck_assert_uint_eq(stat_local(&f.sample.stat), 0);
    memset(&f.sample.stat, 0, sizeof(f.sample.stat));
    ck_assert_uint_eq(stat_local(&f.sample.stat), 10000);
    fix_clear(&f);
}
END_TEST

START_TEST(table)
{
    struct fix f;

    fix_init(&f);
    stat_table(&f.out, f.topo, &f.sample);
    ck_assert_str_eq(f.out.buf,
        "zone web, domain 7: 99.90 % local, 256 pages misplaced\n"
        "MiB, pnode          4          9          all\n"
        "vnode 0         511.0        1.0        512.0\n"
        "vnode 1           0.0      512.0        512.0\n"
        "other             0.0        0.0          0.0\n"
        "total           511.0      513.0       1024.0\n"
        "planned         512.0      512.0       1024.0\n"
        "VCPU VNODE PCPU  ONLINE        TIME   HARD / SOFT\n"
        "   0     0    2  yes            1.5s  2 / 2\n"
        "   1     1    4  yes            1.5s  4 / 4\n");
    fix_clear(&f);
}
END_TEST

/* Xen tells them per domain only, or not at all. */
START_TEST(table_of_less)
{
    struct fix f;

    fix_init(&f);
    f.sample.stat.nr_vnodes = 0;
    stat_table(&f.out, f.topo, &f.sample);
    ck_assert_ptr_eq(strstr(f.out.buf, "vnode 0"), NULL);
    expect(&f, "\ntotal           511.0      513.0       1024.0\n");
    spool_clear(&f.out);
    f.sample.stat.pages_known = false;
    memset(f.sample.stat.pages, 0, sizeof(f.sample.stat.pages));
    stat_table(&f.out, f.topo, &f.sample);
    expect(&f, "domain 7: pages are not counted");
    ck_assert_ptr_eq(strstr(f.out.buf, "total"), NULL);
    expect(&f, "\nplanned         512.0      512.0       1024.0\n");
    spool_clear(&f.out);
    f.sample.known = false;
    f.zone.state = ZP_ZONE_REBOOTING;
    stat_table(&f.out, f.topo, &f.sample);
    ck_assert_str_eq(f.out.buf,
                     "zone web, domain 7: no figures, it is rebooting\n");
    fix_clear(&f);
}
END_TEST

START_TEST(object)
{
    struct fix f;

    fix_init(&f);
    stat_object(&f.out, f.topo, &f.sample);
    expect(&f, "{\"zone\":\"web\",\"domid\":7,\"state\":\"running\",");
    expect(&f, "{\"vnode\":0,\"pnode\":4,\"planned_kib\":524288,\"pages\":"
           "[{\"pnode\":0,\"pages\":0},{\"pnode\":4,\"pages\":130816},"
           "{\"pnode\":9,\"pages\":256}]}");
    expect(&f, "\"misplaced_pages\":256,\"local_share\":0.9990,"
           "\"count_ns\":5000}");
    spool_clear(&f.out);
    f.sample.stat.pages_known = false;
    f.sample.stat.nr_vnodes = 0;
    stat_object(&f.out, f.topo, &f.sample);
    expect(&f, "\"planned_kib\":524288,\"pages\":null}");
    expect(&f, "],\"pages\":null}");
    fix_clear(&f);
}
END_TEST

/* Every line is "# HELP", "# TYPE", or a sample of the metric whose type was
 * said last. */
static void check_format(const char *text)
{
    char metric[64] = "", name[64];
    const char *at;

    for (at = text; *at; at = strchr(at, '\n') + 1) {
        ck_assert_ptr_ne(strchr(at, '\n'), NULL);
        if (sscanf(at, "# TYPE %63s", name) == 1) {
            strcpy(metric, name);
        } else if (strncmp(at, "# HELP ", 7) != 0) {
            ck_assert_int_eq(sscanf(at, "%63[a-z_]{", name), 1);
            ck_assert_str_eq(name, metric);
        }
    }
}

START_TEST(prometheus)
{
    struct sample samples[2];
    struct zp_zone other;
    struct fix f;

    fix_init(&f);
    samples[0] = samples[1] = f.sample;
    other = f.zone;
    strcpy(other.spec.request.name, "x\\y\"\nz");
    samples[1].zone = &other;
    samples[1].stat.pages_known = false;
    stat_prometheus(&f.out, f.topo, f.load, "patched", samples, 2);
    check_format(f.out.buf);
    expect(&f, "zoneplace_host_info{host=\"a\\\"b\\\\c\","
           "tier=\"patched\"} 1\n");
    expect(&f, "zoneplace_pnode_free_bytes{pnode=\"4\"} 1073741824\n");
    expect(&f, "zoneplace_pnode_promised_bytes{pnode=\"4\"} 2097152\n");
    expect(&f, "zoneplace_pnode_vcpus{pnode=\"4\"} 3\n");
    expect(&f, "zoneplace_zone_resident_bytes{zone=\"web\",pnode=\"9\"} "
           "537919488\n");
    expect(&f, "zoneplace_zone_misplaced_bytes{zone=\"web\"} 1048576\n");
    expect(&f, "zoneplace_zone_local_ratio{zone=\"web\"} 0.9990\n");
    expect(&f, "zoneplace_zone_vcpu_seconds_total{zone=\"web\",vcpu=\"1\","
           "vnode=\"1\"} 1.500000007\n");
    expect(&f, "zoneplace_zone_held_bytes{zone=\"x\\\\y\\\"\\nz\"} ");
    /* What was not counted is not said. */
    ck_assert_ptr_eq(strstr(f.out.buf, "resident_bytes{zone=\"x"), NULL);
    ck_assert_ptr_eq(strstr(f.out.buf, "misplaced_bytes{zone=\"x"), NULL);
    fix_clear(&f);
}
END_TEST

/* verify --all says of these that they are unchecked. */
START_TEST(in_motion)
{
    static const struct {
        enum zp_zone_state state;
        uint32_t domid;
        const char *what;
    } zones[] = {
        { ZP_ZONE_RESERVED, 0, "is reserved" },
        { ZP_ZONE_LAUNCHING, 0, "is launching" },
        { ZP_ZONE_LAUNCHING, 3, "is launching" },
        { ZP_ZONE_REBOOTING, 3, "is rebooting" },
        { ZP_ZONE_REBOOTING, 0, "is rebooting" },
        { ZP_ZONE_DYING, 0, "is ending" },
        { ZP_ZONE_DYING, 3, "is ending" },
        { ZP_ZONE_RUNNING, 0, "has no domain now" },
        { ZP_ZONE_RUNNING, 3, NULL },
        { ZP_ZONE_BLOCKED, 3, NULL },
        { ZP_ZONE_PAUSED, 3, NULL },
        { ZP_ZONE_SHUTDOWN, 3, NULL },
        { ZP_ZONE_CRASHED, 3, NULL },
    };

    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        struct zp_zone zone = { .state = zones[i].state,
                                .domid = zones[i].domid };

        ck_assert_pstr_eq(zone_in_motion(&zone), zones[i].what);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stat");
    TCase *tc = tcase_create("all");

    suite_add_tcase(s, tc);
    tcase_add_test(tc, the_share_is_of_all_pages);
    tcase_add_test(tc, table);
    tcase_add_test(tc, table_of_less);
    tcase_add_test(tc, object);
    tcase_add_test(tc, prometheus);
    tcase_add_test(tc, in_motion);
    return suite_run(s);
}
