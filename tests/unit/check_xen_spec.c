/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a zone is made of, as JSON: there and back, spoilt, without memory. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../suite.h"
#include "tests/golden/oom.h"
#include "xen/xen.h"

static const char host[] =
    "{\"name\":\"box\",\"nodes\":["
    "{\"id\":0,\"cpus\":\"0-3\",\"mem_kb\":8388608},"
    "{\"id\":1,\"cpus\":\"4-7\",\"mem_kb\":8388608}],"
    "\"distances\":[[10,21],[21,10]]}";

static struct zp_error err;

static char *copy(const char *text)
{
    char *new = strdup(text);

    ck_assert_ptr_nonnull(new);
    return new;
}

static char **list(const char *a, const char *b)
{
    char **new = calloc(2, sizeof(*new));

    ck_assert_ptr_nonnull(new);
    new[0] = copy(a);
    new[1] = copy(b);
    return new;
}

/* A zone that has something of everything. */
static void make(struct zp_zone_spec *spec)
{
    struct zp_topology *topo;
    struct zp_load *load;

    ck_assert_int_eq(zp_host_from_json(host, strlen(host), &topo, &load,
                                       &err), 0);
    zp_zone_spec_init(spec);
    strcpy(spec->request.name, "db");
    spec->request.vcpus = 4;
    spec->request.mem_kib = 512 * 1024;
    spec->request.nr_vnodes = 2;
    ck_assert_int_eq(zp_place(topo, load, &spec->request, &spec->plan, &err),
                     0);
    zp_load_free(load);
    zp_topology_free(topo);
    strcpy(spec->uuid, "047e7dd7-066b-4ad0-896f-1d64c02fd782");
    spec->kernel = copy("/boot/vm\"linuz\\");
    spec->ramdisk = copy("/boot/initrd.img");
    spec->cmdline = copy("console=hvc0 \t root=/dev/xvda");
    spec->disks = list("/a,raw,xvda,w", "/b,raw,xvdb,r");
    spec->nr_disks = 2;
    spec->vifs = list("bridge=xenbr0", "mac=00:16:3e:00:00:01");
    spec->nr_vifs = 2;
    spec->cpuid = list("xsave=0", "host:tm=0");
    spec->nr_cpuid = 2;
    strcpy(spec->cpupool, "zones");
    spec->on_reboot = ZP_ACTION_DESTROY;
    spec->on_crash = ZP_ACTION_PRESERVE;
    spec->autostart = true;
    spec->backend_affinity = true;
}

START_TEST(there_and_back)
{
    struct zp_zone_spec spec, again;
    char *text, *second;

    make(&spec);
    ck_assert_int_eq(zp_zone_spec_to_json(&spec, &text, &err), 0);
    ck_assert_msg(strchr(text, '\n') == text + strlen(text) - 1,
                  "a record is one line");
    ck_assert_msg(!zp_zone_spec_from_json(text, strlen(text), &again, &err),
                  "%s", err.msg);
    ck_assert_str_eq(again.kernel, spec.kernel);
    ck_assert_str_eq(again.cmdline, spec.cmdline);
    ck_assert_uint_eq(again.nr_disks, 2);
    ck_assert_str_eq(again.disks[1], "/b,raw,xvdb,r");
    ck_assert_str_eq(again.vifs[0], "bridge=xenbr0");
    ck_assert_str_eq(again.cpuid[1], "host:tm=0");
    ck_assert_str_eq(again.cpupool, "zones");
    ck_assert_int_eq(again.on_poweroff, ZP_ACTION_DESTROY);
    ck_assert_int_eq(again.on_reboot, ZP_ACTION_DESTROY);
    ck_assert_int_eq(again.on_crash, ZP_ACTION_PRESERVE);
    ck_assert(again.autostart && again.backend_affinity && !again.paused);
    ck_assert_uint_eq(again.request.nr_vnodes, 2);
    ck_assert_uint_eq(again.plan.nr_vnodes, 2);
    ck_assert_mem_eq(&again.plan.vnode[1].pcpus, &spec.plan.vnode[1].pcpus,
                     sizeof(struct zp_pcpuset));
    ck_assert_int_eq(zp_zone_spec_to_json(&again, &second, &err), 0);
    ck_assert_str_eq(text, second);
    free(text);
    free(second);
    zp_zone_spec_clear(&spec);
    zp_zone_spec_clear(&again);
}
END_TEST

START_TEST(an_empty_zone)
{
    struct zp_zone_spec spec;

    ck_assert_int_eq(zp_zone_spec_from_json("{}", 2, &spec, &err), 0);
    ck_assert_ptr_null(spec.kernel);
    ck_assert_uint_eq(spec.nr_disks, 0);
    ck_assert_int_eq(spec.on_reboot, ZP_ACTION_RESTART);
    ck_assert_uint_eq(spec.plan.nr_vnodes, 0);
    zp_zone_spec_clear(&spec);
}
END_TEST

static const struct {
    const char *text, *msg;
} wrong[] = {
    { "", "zone" },
    { "[]", "zone" },
    { "{\"kernel\":1}", "kernel" },
    { "{\"kernel\":\"/k\",\"disks\":{}}", "disks" },
    { "{\"vifs\":[\"a\",1]}", "vifs" },
    { "{\"on_crash\":\"explode\"}", "on_crash" },
    { "{\"autostart\":\"yes\"}", "autostart" },
    { "{\"uuid\":\"0123456789012345678901234567890123456789\"}", "uuid" },
    { "{\"request\":{\"vcpus\":\"two\"}}", "vcpus" },
    { "{\"request\":[]}", "object" },
    { "{\"plan\":{\"vnodes\":7}}", "plan JSON" },
    { "{\"kernel\":\"/k\",\"kernel\":\"/l\"}", "kernel" },
};

START_TEST(spoilt)
{
    struct zp_zone_spec spec;

    memset(&spec, 0x5a, sizeof(spec));
    ck_assert_int_lt(zp_zone_spec_from_json(wrong[_i].text,
                                            strlen(wrong[_i].text), &spec,
                                            &err), 0);
    ck_assert_msg(strstr(err.msg, wrong[_i].msg) != NULL, "%s", err.msg);
    ck_assert_msg(*(unsigned char *)&spec == 0x5a, "the output was touched");
}
END_TEST

/* Each allocation fails once: NOMEM, nothing leaked, output untouched. */
START_TEST(no_memory)
{
    struct zp_zone_spec spec, again;
    char *text, *out;
    bool hit = true;
    long nth;
    int rc;

    make(&spec);
    ck_assert_int_eq(zp_zone_spec_to_json(&spec, &text, &err), 0);
    for (nth = 0; hit; nth++) {
        out = NULL;
        oom_arm(nth);
        rc = zp_zone_spec_to_json(&spec, &out, &err);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
        ck_assert(hit == (out == NULL));
        free(out);
    }
    ck_assert_int_gt(nth, 5);
    hit = true;
    for (nth = 0; hit; nth++) {
        oom_arm(nth);
        rc = zp_zone_spec_from_json(text, strlen(text), &again, &err);
        hit = oom_disarm();
        ck_assert_int_eq(rc, hit ? ZP_ERR_NOMEM : ZP_OK);
        if (!rc)
            zp_zone_spec_clear(&again);
    }
    ck_assert_int_gt(nth, 15);
    free(text);
    zp_zone_spec_clear(&spec);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xen_spec");
    TCase *tc = tcase_create("json");

    tcase_add_test(tc, there_and_back);
    tcase_add_test(tc, an_empty_zone);
    tcase_add_loop_test(tc, spoilt, 0,
                        (int)(sizeof(wrong) / sizeof(wrong[0])));
    tcase_add_test(tc, no_memory);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
