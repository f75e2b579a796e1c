/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <zoneplace-doctor.h>

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

/* Readings come back as they were printed. */
static void check_readings(const struct zp_setup *setup)
{
    struct zp_setup again;
    struct zp_error err;
    char *text, *doc, *text_again;

    PROMISE(!zp_setup_to_json(setup, &text, &err));
    doc = malloc(strlen(text) + 16);
    PROMISE(doc);
    sprintf(doc, "{\"setup\": %s}", text);
    PROMISE(!zp_setup_from_json(doc, strlen(doc), &again, &err));
    PROMISE(!zp_setup_to_json(&again, &text_again, &err));
    PROMISE(!strcmp(text, text_again));
    free(text_again);
    free(doc);
    free(text);
}

/* Whatever was read, the doctor says one line for each rule. */
static void check_doctor(const struct zp_setup *setup,
                         const struct zp_topology *topo,
                         const struct zp_load *load)
{
    struct zp_finding finding[ZP_MAX_FINDINGS];
    char line[4096] = "";
    size_t nr = zp_doctor_host(setup, topo, load, finding), i;

    PROMISE(nr <= ZP_MAX_FINDINGS);
    for (i = 0; i < nr; i++) {
        PROMISE(*finding[i].found && !strchr(finding[i].found, '\n'));
        PROMISE(!strchr(finding[i].change, '\n'));
        PROMISE(finding[i].verdict != ZP_VERDICT_CHANGE ||
                *finding[i].change);
    }
    PROMISE(zp_doctor_grub(setup, finding, nr, line, sizeof(line)) ==
            strlen(line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp_setup setup;
    struct zp_error err;
    char *text;
    int rc;

    zp_setup_init(&setup);
    rc = zp_setup_from_json((const char *)data, size, &setup, &err);
    if (rc)
        check_refusal(rc, &err);
    else
        check_readings(&setup);
    check_doctor(&setup, NULL, NULL);
    rc = zp_host_from_json((const char *)data, size, &topo, &load, &err);
    if (rc) {
        check_refusal(rc, &err);
        PROMISE(!topo && !load);
        return 0;
    }
    check_doctor(&setup, topo, load);
    PROMISE(!zp_host_to_json(topo, load, &text, &err));
    check_round_trip(text);
    free(text);
    PROMISE(!zp_host_to_text(topo, load, NULL, 80, &text, &err));
    free(text);
    zp_load_free(load);
    zp_topology_free(topo);
    return 0;
}
