/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message of the CRI, read as each kind that zone-cri reads. Strings end
 * within the message's size, and what is added to a request that is good is
 * read as its last annotations.
 */
#include "../../kube-annotations/cri-wire.h"
#include "fuzz.h"

static void check_pod(const struct zk_cri_pod *pod, size_t size)
{
    size_t sum = strlen(pod->name) + strlen(pod->uid) +
                 strlen(pod->namespace_) + strlen(pod->handler) +
                 strlen(pod->id);
    uint32_t i;

    PROMISE(pod->nr_annotations <= ZK_MAX_POD_ANNOTATIONS);
    for (i = 0; i < pod->nr_annotations; i++) {
        sum += strlen(pod->annotation[i].key) +
               strlen(pod->annotation[i].value);
        PROMISE(!strncmp(pod->annotation[i].key, ZK_PREFIX,
                         strlen(ZK_PREFIX)) ||
                !strncmp(pod->annotation[i].key, ZK_EDERA_PREFIX,
                         strlen(ZK_EDERA_PREFIX)));
    }
    PROMISE(sum <= size);
}

static void check_added(const uint8_t *data, size_t size, uint32_t nr)
{
    static const struct zk_annotation more[2] = {
        { ZK_PREFIX "zone", "a-b-c" }, { ZK_PREFIX "plan", "" } };
    struct zk_cri_pod pod;
    struct zp_error err;
    uint8_t *add, *all;
    size_t len;
    int rc;

    PROMISE(!zk_cri_add_annotations(more, 2, &add, &len, &err));
    all = malloc(size + len);
    PROMISE(all);
    memcpy(all, data, size);
    memcpy(all + size, add, len);
    rc = zk_cri_read_run(all, size + len, "zone", &pod, &err);
    if (nr + 2 > ZK_MAX_POD_ANNOTATIONS) {
        PROMISE(rc == ZP_ERR_RANGE);
    } else {
        PROMISE(!rc && pod.nr_annotations == nr + 2);
        PROMISE(!strcmp(pod.annotation[nr].key, more[0].key) &&
                !strcmp(pod.annotation[nr].value, more[0].value) &&
                !strcmp(pod.annotation[nr + 1].key, more[1].key));
        zk_cri_pod_clear(&pod);
    }
    free(add);
    free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zk_cri_pod pod, *list;
    struct zp_error err;
    size_t i, nr;
    uint32_t count;
    char *id;
    int rc;

    rc = zk_cri_read_run(data, size, "zone", &pod, &err);
    if (rc < 0) {
        check_refusal(rc, &err);
    } else if (!rc) {
        check_pod(&pod, size);
        count = pod.nr_annotations;
        zk_cri_pod_clear(&pod);
        check_added(data, size, count);
    }
    rc = zk_cri_read_id(data, size, &id, &err);
    if (!rc) {
        PROMISE(strlen(id) <= size);
        free(id);
    } else {
        check_refusal(rc, &err);
    }
    rc = zk_cri_read_list(data, size, &list, &nr, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    for (i = 0; i < nr; i++)
        check_pod(&list[i], size);
    PROMISE(nr <= size / 2);
    zk_cri_list_free(list, nr);
    return 0;
}
