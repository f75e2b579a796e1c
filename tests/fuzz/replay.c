/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_NAME CHANGES FILE...: runs each file, and CHANGES random changes of
 * it. The changes are the same on every machine; ZP_SEED=N gives others.
 */
#include "fuzz.h"

enum { MAX_INPUT = 1 << 20 };

static uint64_t state;

/* xorshift64*, Vigna */
static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1d % below;
}

/* One change of @len bytes at @buf, which has room for more; the length. */
static size_t change(uint8_t *buf, size_t len)
{
    static const char *const words[] = {
        "0", "-1", "1e9", "4294967295", "18446744073709551616", "null",
        "true", "\"\"", "{}", "[]", "[", "]", "{", "}", ",", ":", "\"",
        "\\u0000", "\\ud800", "\xff", "NaN", "0-4095", "255",
    };
    const char *word = words[draw(sizeof(words) / sizeof(words[0]))];
    size_t at = len ? draw(len) : 0;
    size_t n = len - at < 9 ? len - at : draw(9);

    switch (draw(4)) {
    case 0:                  /* a bit */
        if (len)
            buf[at] ^= (uint8_t)(1 << draw(8));
        return len;
    case 1:                  /* some bytes less */
        memmove(buf + at, buf + at + n, len - at - n);
        return len - n;
    case 2:                  /* a word more */
        n = strlen(word);
        memmove(buf + at + n, buf + at, len - at);
        memcpy(buf + at, word, n);
        return len + n;
    default:                 /* some bytes twice */
        memmove(buf + at + n, buf + at, len - at);
        return len + n;
    }
}

/* A copy of its own size, so that reading beyond it is seen. */
static void run(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);

    PROMISE(copy);
    if (len)
        memcpy(copy, data, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static int replay(const char *path, unsigned long changes)
{
    static uint8_t original[MAX_INPUT], buf[MAX_INPUT + 1024];
    FILE *f = fopen(path, "rb");
    size_t len, changed;
    uint64_t times;

    if (!f) {
        perror(path);
        return 1;
    }
    len = fread(original, 1, sizeof(original), f);
    fclose(f);
    run(original, len);
    while (changes--) {
        memcpy(buf, original, len);
        changed = len;
        for (times = 1 + draw(4); times; times--)
            changed = change(buf, changed);
        run(buf, changed);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *seed = getenv("ZP_SEED");
    unsigned long changes;
    int failed = 0, i;

    if (argc < 3) {
        fprintf(stderr, "usage: %s CHANGES FILE...\n", argv[0]);
        return 2;
    }
    state = seed ? strtoull(seed, NULL, 0) | 1 : 0x9e3779b97f4a7c15;
    changes = strtoul(argv[1], NULL, 10);
    for (i = 2; i < argc; i++)
        failed |= replay(argv[i], changes);
    return failed;
}
