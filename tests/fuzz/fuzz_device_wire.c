/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request of kubelet's device plugin API: the first byte says which. What
 * is read lies in the message, and its containers, written again, are read as
 * the same ids.
 */
#include "../../kube-annotations/device/wire.h"
#include "fuzz.h"

static void check_written(const struct zk_device_request *request)
{
    struct zk_device_request again;
    struct zk_message m = { .len = 0 };
    uint32_t i;

    for (i = 0; i < request->nr_containers; i++)
        zk_put_container(&m, request->id ?
                         request->id + request->container[i].first : NULL,
                         request->container[i].nr);
    PROMISE(!m.failed);
    PROMISE(!zk_device_read(ZK_ALLOCATE, m.at, m.len, &again, NULL));
    PROMISE(again.nr_ids == request->nr_ids);
    PROMISE(again.nr_containers == request->nr_containers);
    for (i = 0; i < again.nr_ids; i++)
        PROMISE(again.id[i].len == request->id[i].len &&
                !memcmp(again.id[i].text, request->id[i].text,
                        again.id[i].len));
    zk_device_request_clear(&again);
    zk_message_clear(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zk_device_request request;
    struct zp_error err;
    uint32_t i, nr = 0;
    int rc;

    if (!size)
        return 0;
    rc = zk_device_read((enum zk_device_message)(data[0] % 3), data + 1,
                        size - 1, &request, &err);
    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    for (i = 0; i < request.nr_containers; i++) {
        PROMISE(request.container[i].first == nr);
        nr += request.container[i].nr;
    }
    PROMISE(nr == request.nr_ids);
    for (i = 0; i < nr; i++) {
        PROMISE(request.id[i].len <= ZK_MAX_DEVICE_ID);
        PROMISE(request.id[i].text >= (const char *)data + 1 &&
                request.id[i].text + request.id[i].len <=
                    (const char *)data + size);
    }
    check_written(&request);
    zk_device_request_clear(&request);
    return 0;
}
