/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz-import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_import(zp__import_xml, data, size);
    return 0;
}
