/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../suite.h"
#include "import_case.h"

#include "oom.h"

struct zp_topology *topo;
struct zp_load *load;
struct zp_error err;

void clear(void)
{
    zp_load_free(load);
    zp_topology_free(topo);
    load = NULL;
    topo = NULL;
}

int import(const char *text, size_t len)
{
    /* of its own size, so that a checker sees reads beyond it */
    char *copy = malloc(len ? len : 1);
    int rc;

    clear();
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    rc = zp_host_from_buffer(copy, len, &topo, &load, &err);
    free(copy);
    return rc;
}

bool warned(const char *word)
{
    uint32_t i;

    for (i = 0; zp_topology_warning(topo, i); i++) {
        if (strstr(zp_topology_warning(topo, i), word))
            return true;
    }
    return false;
}

void judge(const struct import_case *c, int rc)
{
    char nodes[512] = "", list[64];
    uint32_t i;

    ck_assert_msg(rc == c->code, "%d: %s", rc, rc ? err.msg : "read");
    if (rc) {
        ck_assert_msg(strstr(err.msg, c->says), "%s", err.msg);
        ck_assert(!topo && !load);
        return;
    }
    if (c->says)
        ck_assert_msg(warned(c->says), "%s: first is %s", c->says,
                      zp_topology_warning(topo, 0));
    for (i = 0; i < zp_topology_nr_pnodes(topo); i++) {
        zp_pcpuset_format(zp_topology_pcpus(topo, i), list, sizeof(list));
        snprintf(nodes + strlen(nodes), sizeof(nodes) - strlen(nodes),
                 "%s%u:%s:%lld:%llu", i ? " " : "", zp_topology_os_id(topo, i),
                 list, (long long)zp_topology_mem_kib(topo, i),
                 (unsigned long long)zp_load_free_kib(load, i));
    }
    ck_assert_str_eq(nodes, c->nodes);
    clear();
}

void run_case(const struct import_case *c)
{
    judge(c, import(c->text, strlen(c->text)));
}

void import_without_memory(const char *text, size_t len)
{
    long nth;
    bool hit;
    int rc;

    for (nth = 0;; nth++) {
        oom_arm(nth);
        rc = zp_host_from_buffer(text, len, &topo, &load, &err);
        hit = oom_disarm();
        if (!hit)
            break;
        ck_assert_msg(rc == ZP_ERR_NOMEM, "allocation %ld: %d %s", nth, rc,
                      rc ? err.msg : "");
        ck_assert(!topo && !load);
    }
    ck_assert_msg(!rc, "%s", err.msg);
    ck_assert_int_gt(nth, 2);
    clear();
}

int run_tests(TCase *tcase)
{
    Suite *suite = suite_create("import");

    tcase_set_timeout(tcase, 0);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
