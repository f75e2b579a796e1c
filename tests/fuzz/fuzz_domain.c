/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz-request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_request(zp_request_from_libvirt, data, size);
    return 0;
}
