/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzers: each fuzz_NAME.c has one LLVMFuzzerTestOneInput(), which aborts
 * when a promise is broken. make check replays corpus/NAME and random changes
 * of it (replay.c); tests/fuzz/run.sh NAME fuzzes with clang's libFuzzer.
 */
#ifndef ZP_TESTS_FUZZ_H
#define ZP_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoneplace.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                              \
    do {                                                                \
        if (!(condition)) {                                             \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__,  \
                    #condition);                                        \
            abort();                                                    \
        }                                                               \
    } while (0)

/* A refusal has a code of its own and one clean line. */
static inline void check_refusal(int rc, const struct zp_error *err)
{
    PROMISE(rc < 0 && err->code == rc && err->msg[0]);
    PROMISE(!strpbrk(err->msg, "\n\r\033"));
    PROMISE(strcmp(zp_code_name(rc), "unknown"));
}

#endif
