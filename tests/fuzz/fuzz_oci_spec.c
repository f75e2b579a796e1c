/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 'p' and a process, or another byte and a config.json. What is taken goes
 * over the link and comes out the same.
 */
#include <sys/stat.h>

#include "../../kube-annotations/spec.h"
#include "fuzz.h"

/*
 * libseccomp 2.5 loses parts of its tree when rules of one call overlap. The
 * sanitizer may be a shared library, which has to see this.
 */
__attribute__((visibility("default")))
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libseccomp";
}

static void check_spec(struct zk_spec *spec, bool whole)
{
    static const struct zk_file one = { .path = "", .mode = S_IFREG | 0644,
                                        .data = (const uint8_t *)"x",
                                        .len = 1 };
    struct zk_spec got;
    struct zp_error err;
    uint8_t *bytes, *again;
    size_t len, len2;
    uint32_t i;

    for (i = 0; i < spec->nr_mounts; i++) {
        if (spec->mounts[i].kind != ZK_MOUNT_FILES)
            continue;
        spec->mounts[i].files = calloc(1, sizeof(one));
        PROMISE(spec->mounts[i].files);
        spec->mounts[i].files[0] = one;
        spec->mounts[i].nr_files = 1;
    }
    spec->root = "/bundle/rootfs";
    PROMISE(whole || !spec->filter.nr);
    if (zk_spec_pack(spec, whole, &bytes, &len, &err))
        return;
    PROMISE(!zk_spec_unpack(bytes, len, whole, &got, &err));
    PROMISE(!zk_spec_pack(&got, whole, &again, &len2, &err));
    PROMISE(len == len2 && !memcmp(bytes, again, len));
    PROMISE(got.process.args.nr && got.process.cwd[0] == '/');
    free(bytes);
    free(again);
    zk_spec_clear(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct zk_spec_rules rules = { 0 };
    const char *text = (const char *)data + 1;
    struct zk_spec spec;
    struct zp_error err;
    bool whole;
    int rc;

    if (!size)
        return 0;
    whole = *data != 'p';
    rc = whole ? zk_spec_from_config(text, size - 1, &rules, &spec, &err)
               : zk_spec_from_process(text, size - 1, &rules, &spec, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    check_spec(&spec, whole);
    zk_spec_clear(&spec);
    return 0;
}
