/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When zone-cri compares what is reserved with what containerd runs. */
#include "../../kube-annotations/cri-pods.h"
#include "core.h"

static unsigned nr_asked;
static bool list_fails;

/* containerd runs nothing. */
int zk_relay_ask(struct zk_relay *relay, const char *method, int seconds,
                 const uint8_t *request, size_t request_len,
                 uint8_t **response_out, size_t *len_out)
{
    (void)relay;
    (void)seconds;
    (void)request;
    ck_assert_str_eq(method, "ListPodSandbox");
    ck_assert_uint_eq(request_len, 0);
    *response_out = malloc(1);
    *len_out = 0;
    nr_asked++;
    return 0;
}

static int list(struct zk_ledger *ledger, char (**uuids_out)[40],
                size_t *nr_out, struct zp_error *err)
{
    (void)ledger;
    if (list_fails) {
        snprintf(err->msg, sizeof(err->msg), "it fails");
        return ZP_ERR_IO;
    }
    *uuids_out = NULL;
    *nr_out = 0;
    return ZP_OK;
}

/* The ticks at which it asks, of 130, are these. */
static void asks_at(struct zk_pods *pods, const unsigned *ticks, size_t nr)
{
    unsigned tick, before;
    size_t at = 0;

    for (tick = 1; tick <= 130; tick++) {
        before = nr_asked;
        zk_pods_tick(pods);
        if (nr_asked == before)
            continue;
        ck_assert_msg(at < nr && ticks[at] == tick, "it asked at tick %u",
                      tick);
        at++;
    }
    ck_assert_uint_eq(at, nr);
}

/* In doubt it looks again soon, and then less and less often. */
START_TEST(less_and_less_often)
{
    static const unsigned in_doubt[] = { 1, 3, 7, 15, 31, 63, 123 };
    static const unsigned at_peace[] = { 1, 61, 121 };
    static const struct zk_ledger_ops ops = { .list = list };
    struct zk_ledger ledger = { &ops };
    struct zk_pods_config config = { .handler = "zone", .ledger = &ledger };
    struct zk_pods *pods;
    int relay;

    ck_works(zk_pods_new(&config, &pods, &err));
    zk_pods_set_relay(pods, (struct zk_relay *)&relay);
    list_fails = _i;
    if (list_fails)
        asks_at(pods, in_doubt, 7);
    else
        asks_at(pods, at_peace, 3);
    zk_pods_free(pods);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pods");
    TCase *tc = tcase_create("all");

    tcase_add_loop_test(tc, less_and_less_often, 0, 2);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
