/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz-import.h"

enum { BLOCK = 512, SIZE_AT = 124, SUM_AT = 148 };

/* Puts the checksum right in every header that there seems to be: else next to
 * no change would get beyond it. */
static void mend_headers(uint8_t *tar, size_t size)
{
    size_t pos = 0, i, content;
    unsigned int sum;
    char octal[13];

    while (size - pos >= BLOCK && tar[pos]) {
        memset(tar + pos + SUM_AT, ' ', 8);
        for (sum = 0, i = 0; i < BLOCK; i++)
            sum += tar[pos + i];
        snprintf(octal, sizeof(octal), "%06o", sum);
        memcpy(tar + pos + SUM_AT, octal, 7);
        memcpy(octal, tar + pos + SIZE_AT, 12);
        octal[12] = '\0';
        content = strtoul(octal, NULL, 8);
        if (content > size - pos - BLOCK)
            return;
        pos += BLOCK + (content + BLOCK - 1) / BLOCK * BLOCK;
        if (pos > size)
            return;
    }
}

/* Archives of an odd number of bytes are taken as they are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *tar = malloc(size + 1);

    PROMISE(tar);
    if (size)
        memcpy(tar, data, size);
    if (size % 2 == 0)
        mend_headers(tar, size);
    fuzz_import(zp__import_sysfs, tar, size);
    free(tar);
    return 0;
}
