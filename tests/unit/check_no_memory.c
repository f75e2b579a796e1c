/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every allocation fails once, in the calls whose own tests have no loop for
 * it: the simulation and its readers, and some of the rest. A call then says
 * so, leaves its outputs alone and holds nothing (sanitizers and valgrind see
 * that); the next time it works.
 */
#include <config.h>
#include <zoneplace-density.h>

#include "../golden/oom.h"
#include "core.h"

static struct zp_error why;

/* libcheck allocates when it asserts, so calls under test only note this. */
static bool wrong;

static void expect(bool holds)
{
    wrong |= !holds;
}

/* What the calls work on; made before memory fails. */
struct bed {
    struct fixture f;
    struct zp_mix *mix;
    struct zp_fleet *fleet;
    struct zp_sim *full;
    struct zp_trace *trace;
};

static void shape_of(struct zp_request *req, uint32_t vcpus, uint64_t mib)
{
    zp_request_init(req);
    req->vcpus = vcpus;
    req->mem_kib = mib * 1024;
}

static void bed_make(struct bed *bed)
{
    struct zp_request req;
    struct zp_fill *fill;
    uint64_t i;

    fixture_init(&bed->f);
    fixture_build(&bed->f);
    ck_works(zp_mix_new(&bed->mix, &err));
    ck_works(zp_fleet_new(&bed->fleet, &err));
    ck_works(zp_fleet_add(bed->fleet, bed->f.topo, bed->f.load, 2, &err));
    ck_works(zp_trace_new(&bed->trace, &err));
    for (i = 0; i < 3; i++) {
        shape_of(&req, 1 + i * 12, 3000 + i * 9000);
        ck_works(zp_mix_add(bed->mix, &req, i + 1, &err));
        ck_works(zp_trace_add(bed->trace, &req, i, 2, &err));
        ck_works(zp_trace_add(bed->trace, &req, i, ZP_STAYS, &err));
    }
    ck_works(zp_trace_sort(bed->trace, &err));
    ck_works(zp_sim_new(bed->fleet, &bed->full, &err));
    ck_works(zp_fill(bed->full, bed->mix, 1, NULL, NULL, &fill, &err));
    free(fill);
}

static void bed_clear(struct bed *bed)
{
    zp_trace_free(bed->trace);
    zp_sim_free(bed->full);
    zp_fleet_free(bed->fleet);
    zp_mix_free(bed->mix);
    fixture_clear(&bed->f);
}

/* Each tries one call, or what can't be parted, and frees what it gave. */

static int new_mix(struct bed *bed)
{
    struct zp_mix *mix = NULL;
    struct zp_request req;
    int rc = zp_mix_new(&mix, &why);
    uint32_t i;

    (void)bed;
    for (i = 1; !rc && i < 40; i++) {
        shape_of(&req, i, 512);
        rc = zp_mix_add(mix, &req, i, &why);
        expect(zp_mix_nr(mix) == (rc ? i - 1 : i));
    }
    zp_mix_free(mix);
    return rc;
}

static int mix_of_json(struct bed *bed)
{
    static const char text[] =
        "[{\"name\": \"small\", \"vcpus\": 1, \"memory\": 512, \"weight\": 3},"
        "{\"vcpus\": 4, \"memory\": \"2G\", \"near\": [\"0000:41:00.0\"]}]";
    struct zp_mix *mix = NULL;
    int rc = zp_mix_from_json(text, strlen(text), &bed->f.req, &mix, &why);

    expect(!rc == !!mix);
    zp_mix_free(mix);
    return rc;
}

static int mix_of_csv(struct bed *bed)
{
    static const char text[] = "name,vcpus,memory,strategy,weight\n"
                               "web,2,4G,scatter,5\n\"a \"\"b\"\"\",1,512,,\n";
    struct zp_mix *mix = NULL;
    int rc = zp_mix_from_csv(text, strlen(text), &bed->f.req, &mix, &why);

    expect(!rc == !!mix);
    zp_mix_free(mix);
    return rc;
}

static int new_urn(struct bed *bed)
{
    struct zp_urn *urn = NULL;
    int rc = zp_urn_new(bed->mix, 7, &urn, &why);

    expect(!rc == !!urn);
    zp_urn_free(urn);
    return rc;
}

static int new_fleet(struct bed *bed)
{
    struct zp_fleet *fleet = NULL;
    int rc = zp_fleet_new(&fleet, &why);
    uint32_t i;

    for (i = 1; !rc && i < 20; i++) {
        rc = zp_fleet_add(fleet, bed->f.topo, bed->f.load, i, &why);
        expect(zp_fleet_nr_kinds(fleet) == (rc ? i - 1 : i));
    }
    zp_fleet_free(fleet);
    return rc;
}

/* A zone that there was no memory for is not there. */
static int simulate(struct bed *bed)
{
    struct zp_sim *sim = NULL;
    struct zp_load *load = NULL;
    struct zp_placed placed;
    struct zp_request req;
    uint32_t shape, i;
    int rc = zp_sim_new(bed->fleet, &sim, &why);

    for (i = 0; !rc && i < 6; i++) {
        shape_of(&req, i + 1, 1024 * (i + 1));
        rc = zp_sim_shape(sim, &req, &shape, &why);
        if (!rc) {
            rc = zp_sim_place(sim, shape, &placed, &why);
            expect(zp_sim_usage(sim)->zones == i + !rc);
        }
    }
    if (!rc)
        rc = zp_sim_load(sim, 0, &load, &why);
    expect(!rc == !!load);
    zp_load_free(load);
    if (!rc)
        rc = zp_sim_remove(sim, &placed, &why);
    zp_sim_free(sim);
    return rc;
}

static int fill_up(struct bed *bed)
{
    struct zp_sim *sim = NULL;
    struct zp_fill *fill = NULL;
    int rc = zp_sim_new(bed->fleet, &sim, &why);

    if (!rc)
        rc = zp_fill(sim, bed->mix, 1, NULL, NULL, &fill, &why);
    expect(!rc == !!fill);
    if (!rc)
        expect(fill->placed == zp_sim_usage(bed->full)->zones);
    free(fill);
    zp_sim_free(sim);
    return rc;
}

static int what_is_stranded(struct bed *bed)
{
    struct zp_stranded *rows = NULL;
    size_t nr = 0;
    int rc = zp_stranded(bed->full, bed->mix, &rows, &nr, &why);

    expect(!rc == (nr > 0));
    free(rows);
    return rc;
}

static int how_many_more(struct bed *bed)
{
    struct zp_more more;
    int rc = zp_more(bed->f.topo, bed->f.load, zp_mix_request(bed->mix, 1),
                     &more, &why);

    if (!rc)
        expect(more.zones > 0);
    return rc;
}

static int new_trace(struct bed *bed)
{
    struct zp_trace *trace = NULL;
    struct zp_request req;
    int rc = zp_trace_new(&trace, &why);
    uint32_t i;

    (void)bed;
    for (i = 1; !rc && i < 40; i++) {
        shape_of(&req, i, 512);
        rc = zp_trace_add(trace, &req, 100 - i, 5, &why);
        expect(zp_trace_nr(trace) == (rc ? i - 1 : i));
    }
    if (!rc)
        rc = zp_trace_sort(trace, &why);
    zp_trace_free(trace);
    return rc;
}

static int trace_of_csv(struct bed *bed)
{
    static const char text[] = "time,lifetime,vcpus,memory\n0,1h,1,3G\n"
                               "1.5,5m,2,512\n2,,1,3G\n";
    struct zp_trace *trace = NULL;
    int rc = zp_trace_from_csv(text, strlen(text), &bed->f.req, 64, 64 << 20,
                               &trace, &why);

    expect(!rc == !!trace);
    zp_trace_free(trace);
    return rc;
}

static int replay(struct bed *bed)
{
    struct zp_sim *sim = NULL;
    struct zp_replay out;
    int rc = zp_sim_new(bed->fleet, &sim, &why);

    if (!rc)
        rc = zp_replay(sim, bed->trace, NULL, NULL, NULL, NULL, &out, &why);
    if (!rc)
        expect(out.placed == 6);
    zp_sim_free(sim);
    return rc;
}

static int hosts_of_nrt(struct bed *bed)
{
#define NRT_HOST(name, left)                                                \
    "{\"kind\": \"NodeResourceTopology\", \"metadata\": {\"name\": \"" name \
    "\"}, \"zones\": [{\"name\": \"node-0\", \"type\": \"Node\","         \
    "\"resources\": [{\"name\": \"cpu\", \"capacity\": \"4\"},"             \
    "{\"name\": \"memory\", \"capacity\": \"8Gi\","                         \
    "\"available\": \"" left "\"}]}]}"
    static const char text[] =
        "{\"kind\": \"List\", \"items\": [" NRT_HOST("a", "8Gi") ","
        NRT_HOST("b", "7Gi") "," NRT_HOST("c", "6Gi") ","
        NRT_HOST("d", "5Gi") "," NRT_HOST("e", "4Gi") "]}";
    struct zp_hosts *hosts = NULL;
    int rc = zp_hosts_from_buffer(text, strlen(text), &hosts, &why);

    (void)bed;
    expect(!rc == !!hosts);
    if (!rc)
        expect(zp_hosts_nr_kinds(hosts) == 5);
    zp_hosts_free(hosts);
    return rc;
}

static int hosts_of_json(struct bed *bed)
{
    static const char text[] = "{\"nodes\": [{\"id\": 0, \"cpus\": \"0-3\","
                               "\"mem_kb\": 4194304}]}";
    struct zp_hosts *hosts = NULL;
    int rc = zp_hosts_from_buffer(text, strlen(text), &hosts, &why);

    (void)bed;
    expect(!rc == !!hosts);
    zp_hosts_free(hosts);
    return rc;
}

static int host_as_nrt(struct bed *bed)
{
    char *text = NULL;
    int rc = zp_host_to_nrt(bed->f.topo, bed->f.load, &text, &why);

    expect(!rc == !!text);
    free(text);
    return rc;
}

typedef int reader(const char *buf, size_t len, struct zp_request *req_out,
                   char **notes_out, struct zp_error *err);

static int request_from(reader *read, const char *text)
{
    struct zp_request req;
    char *notes = NULL;
    int rc = read(text, strlen(text), &req, &notes, &why);

    if (rc)
        expect(!notes);
    else
        expect(req.nr_vnodes == 2);
    free(notes);
    return rc;
}

static int openstack(struct bed *bed)
{
    (void)bed;
    return request_from(
        zp_request_from_openstack,
        "{\"name\":\"m1\",\"vcpus\":4,\"ram\":4096,\"disk\":20,\"properties\":"
        "\"hw:numa_nodes='2', hw:cpu_sockets='2'\"}");
}

#ifdef HAVE_LIBXML2
static int libvirt(struct bed *bed)
{
    (void)bed;
    return request_from(
        zp_request_from_libvirt,
        "<domain><vcpu cpuset='0'>4</vcpu><memory unit='MiB'>4096</memory>"
        "<cpu><numa><cell cpus='0-1' memory='2' unit='GiB'/>"
        "<cell cpus='2-3' memory='2' unit='GiB'/></numa></cpu></domain>");
}
#endif

static int cpuid_dump(struct bed *bed)
{
    char *text = NULL;
    int rc = zp_plan_to_cpuid(&bed->f.plan, ZP_VENDOR_AMD, &text, &why);

    expect(!rc == !!text);
    free(text);
    return rc;
}

/* The calls that importers make of their own accord. */
static int topology(struct bed *bed)
{
    struct zp_topology *topo = NULL;
    uint32_t os_id = 3, i;
    char busid[16];
    int rc = zp_topology_new(&topo, &why);

    (void)bed;
    if (!rc)
        rc = zp_topology_add_pnode(
            topo, &(struct zp_pnode_desc){ .os_id = os_id, .mem_kib = 1 << 20 },
            &why);
    for (i = 0; !rc && i < 40; i++) {
        snprintf(busid, sizeof(busid), "%02x:00.0", i);
        rc = zp_topology_add_device(topo, busid, &os_id, 1, &why);
    }
    if (!rc)
        rc = zp_topology_set_device_parent(topo, busid, "00:00.0", &why);
    if (!rc)
        zp_topology_add_warning(topo, "a line");
    zp_topology_free(topo);
    return rc;
}

static const struct {
    const char *name;
    int (*call)(struct bed *bed);
    long allocations;         /* at least */
} calls[] = {
    { "zp_mix_new", new_mix, 3 },
    { "zp_mix_from_json", mix_of_json, 5 },
    { "zp_mix_from_csv", mix_of_csv, 3 },
    { "zp_urn_new", new_urn, 1 },
    { "zp_fleet_new", new_fleet, 3 },
    { "zp_sim_new", simulate, 8 },
    { "zp_fill", fill_up, 10 },
    { "zp_stranded", what_is_stranded, 2 },
    { "zp_more", how_many_more, 1 },
    { "zp_trace_new", new_trace, 3 },
    { "zp_trace_from_csv", trace_of_csv, 4 },
    { "zp_replay", replay, 8 },
    { "zp_hosts_from_buffer", hosts_of_nrt, 20 },
    { "zp_hosts_from_buffer (one)", hosts_of_json, 8 },
    { "zp_host_to_nrt", host_as_nrt, 3 },
    { "zp_request_from_openstack", openstack, 3 },
#ifdef HAVE_LIBXML2
    { "zp_request_from_libvirt", libvirt, 3 },
#endif
    { "zp_plan_to_cpuid", cpuid_dump, 1 },
    { "zp_topology_new", topology, 3 },
};

START_TEST(says_so)
{
    struct bed bed;
    bool hit = true;
    long nth;
    int rc;

    bed_make(&bed);
    bed.f.req.vcpus = 8;
    bed.f.req.mem_kib = 8 << 20;
    bed.f.req.nr_vnodes = 2;
    bed.f.req.tier = ZP_TIER_PATCHED;
    ck_works(zp_place(bed.f.topo, bed.f.load, &bed.f.req, &bed.f.plan, &err));
    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = calls[_i].call(&bed);
        hit = oom_disarm();
        ck_assert_msg(!wrong, "%s at %ld: half a result", calls[_i].name, nth);
        ck_assert_msg(rc == (hit ? ZP_ERR_NOMEM : ZP_OK),
                      "%s at %ld: %d %s", calls[_i].name, nth, rc, why.msg);
    }
    ck_assert_msg(nth > calls[_i].allocations, "%s: %ld allocations",
                  calls[_i].name, nth - 1);
    bed_clear(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("no memory");
    TCase *tc = tcase_create("no memory");

    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, says_so, 0,
                        (int)(sizeof(calls) / sizeof(calls[0])));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
