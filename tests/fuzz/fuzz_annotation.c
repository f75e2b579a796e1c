/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of KEY=VALUE as a pod's annotations. */
#include "../../kube-annotations/annotation.h"
#include "fuzz.h"

enum { MAX_LINES = 64 };

static uint32_t split(char *text, struct zk_annotation list[MAX_LINES])
{
    uint32_t nr = 0;
    char *line, *next, *equals;

    for (line = text; line && *line && nr < MAX_LINES; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        equals = strchr(line, '=');
        if (!equals)
            continue;
        *equals = '\0';
        list[nr++] = (struct zk_annotation){ line, equals + 1 };
    }
    return nr;
}

static void check_zone(const struct zk_zone *zone)
{
    struct zp_request req = zone->req;
    struct zp_error err;
    char *text;

    PROMISE(!zone->kernel || !strcmp(zone->kernel, "/boot/zone"));
    PROMISE(!zone->cmdline);
    PROMISE(req.vcpus >= 1 && req.vcpus <= ZP_MAX_VCPUS);
    PROMISE(req.mem_kib && req.mem_kib <= req.max_mem_kib);
    PROMISE(!zp_request_check(&req, &err));
    PROMISE(!zp_request_to_json(&req, &text, &err));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kernels[] = { "/boot/zone", NULL };
    const struct zk_rules rules = { .kernel = kernels };
    struct zk_annotation list[MAX_LINES];
    struct zk_pod pod = { .annotation = list, .cpu_milli = 2000,
                          .mem_bytes = 1 << 30 };
    char *text = malloc(size + 1), *notes;
    struct zp_error err;
    struct zk_zone zone;
    int rc;

    PROMISE(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    pod.nr_annotations = split(text, list);
    rc = zk_zone_from_pod(&pod, &rules, &zone, &notes, &err);
    if (rc) {
        check_refusal(rc, &err);
    } else {
        check_zone(&zone);
        free(notes);
    }
    free(text);
    return 0;
}
