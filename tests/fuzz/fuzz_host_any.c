/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By content: whatever format the bytes are taken for. */
#include "fuzz-import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp_error err = { 0 };
    int rc = zp_host_from_buffer((const char *)data, size, &topo, &load, &err);

    if (rc) {
        check_refusal(rc, &err);
        PROMISE(!topo && !load);
        return 0;
    }
    check_conversion(topo, load);
    check_placement(topo, load);
    zp_load_free(load);
    zp_topology_free(topo);
    return 0;
}
