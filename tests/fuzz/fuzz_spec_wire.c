/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A body of CREATE, or 'p' and one of EXEC: what is read is written so. */
#include <sys/stat.h>

#include "../../kube-annotations/spec.h"
#include "fuzz.h"

static void check_spec(const struct zk_spec *spec)
{
    uint32_t i, k;

    PROMISE(spec->process.args.nr && *spec->process.args.at[0]);
    PROMISE(spec->process.uid != UINT32_MAX);
    for (i = 0; i < ZK_NR_LIMITS; i++)
        PROMISE(!(spec->limits.set & 1u << i) ||
                zk_limit_is_good(i, spec->limits.value[i]));
    PROMISE(spec->filter.nr <= ZK_MAX_FILTER);
    PROMISE(spec->filter.nr ? spec->filter.at != NULL : !spec->filter.flags);
    for (i = 0; i < spec->nr_mounts; i++) {
        const struct zk_mount *m = &spec->mounts[i];

        PROMISE(zk_path_is_plain(m->dest) && !strchr(m->source, '/'));
        for (k = 0; k < m->nr_files; k++) {
            PROMISE(!k || zk_path_is_below(m->files[k].path));
            PROMISE(!S_ISLNK(m->files[k].mode) ||
                    strlen((const char *)m->files[k].data) + 1 ==
                        m->files[k].len);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zk_spec spec;
    struct zp_error err;
    uint8_t *again;
    size_t len;
    bool whole;
    int rc;

    if (!size)
        return 0;
    whole = *data != 'p';
    rc = zk_spec_unpack(data + 1, size - 1, whole, &spec, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    check_spec(&spec);
    PROMISE(!zk_spec_pack(&spec, whole, &again, &len, &err));
    PROMISE(len == size - 1 && !memcmp(again, data + 1, len));
    free(again);
    zk_spec_clear(&spec);
    return 0;
}
