/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NodeResourceTopology objects: what is read can be written, and what was
 * written is read as the same. */
#include "fuzz.h"

#include <zoneplace-density.h>

static char *write_first(struct zp_hosts *hosts)
{
    struct zp_error err;
    char *text;

    PROMISE(!zp_host_to_nrt(zp_hosts_topology(hosts, 0),
                            zp_hosts_load(hosts, 0), &text, &err));
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zp_hosts *hosts, *again;
    struct zp_error err;
    char *text, *twice;
    uint32_t i;
    int rc;

    rc = zp_hosts_from_buffer((const char *)data, size, &hosts, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    PROMISE(zp_hosts_nr_kinds(hosts) >= 1);
    for (i = 0; i < zp_hosts_nr_kinds(hosts); i++)
        PROMISE(zp_hosts_count(hosts, i) >= 1);
    text = write_first(hosts);
    PROMISE(!zp_hosts_from_buffer(text, strlen(text), &again, &err));
    twice = write_first(again);
    PROMISE(!strcmp(text, twice));
    free(text);
    free(twice);
    zp_hosts_free(again);
    zp_hosts_free(hosts);
    return 0;
}
