/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

/* What was printed is read back and printed the same. */
static void check_round_trip(const char *text)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp_error err;
    char *again;

    PROMISE(!zp_host_from_json(text, strlen(text), &topo, &load, &err));
    PROMISE(!zp_host_to_json(topo, load, &again, &err));
    PROMISE(!strcmp(text, again));
    free(again);
    zp_load_free(load);
    zp_topology_free(topo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp_error err;
    char *text;
    int rc;

    rc = zp_host_from_json((const char *)data, size, &topo, &load, &err);
    if (rc) {
        check_refusal(rc, &err);
        PROMISE(!topo && !load);
        return 0;
    }
    PROMISE(!zp_host_to_json(topo, load, &text, &err));
    check_round_trip(text);
    free(text);
    PROMISE(!zp_host_to_text(topo, load, NULL, 80, &text, &err));
    free(text);
    zp_load_free(load);
    zp_topology_free(topo);
    return 0;
}
