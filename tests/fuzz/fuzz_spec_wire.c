/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A body of CREATE, or 'p' and one of EXEC, or 'v' and one of REFRESH: what is
 * read is written so.
 */
#include <sys/stat.h>

#include "../../kube-annotations/spec.h"
#include "fuzz.h"

static void check_files(const struct zk_file *files, uint32_t nr)
{
    uint32_t i;

    for (i = 0; i < nr; i++) {
        PROMISE(!i || zk_path_is_below(files[i].path));
        PROMISE(!S_ISLNK(files[i].mode) ||
                strlen((const char *)files[i].data) + 1 == files[i].len);
    }
}

static void check_spec(const struct zk_spec *spec)
{
    uint32_t i;

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
        PROMISE(!m->nr_files == (m->kind != ZK_MOUNT_FILES));
        check_files(m->files, m->nr_files);
        PROMISE(!zk_mount_shown(m) ||
                zk_volume_name_is_good(zk_mount_shown(m)));
    }
}

static void check_volume(const uint8_t *data, size_t size)
{
    struct zk_volume volume;
    struct zp_error err;
    uint8_t *again;
    size_t len;
    int rc = zk_volume_unpack(data, size, &volume, &err);

    if (rc) {
        check_refusal(rc, &err);
        return;
    }
    PROMISE(!strncmp(volume.name, "..", 2) && volume.name[2] &&
            !strchr(volume.name, '/') && strcmp(volume.name, "..data"));
    PROMISE(volume.nr_files && volume.nr_files <= ZK_MAX_FILES &&
            S_ISDIR(volume.files[0].mode) && !*volume.files[0].path);
    check_files(volume.files, volume.nr_files);
    PROMISE(!zk_volume_pack(&volume, &again, &len, &err));
    PROMISE(len == size && !memcmp(again, data, len));
    free(again);
    zk_volume_clear(&volume);
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
    if (*data == 'v') {
        check_volume(data + 1, size - 1);
        return 0;
    }
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
