/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A body of NETWORK: what is read is written so. */
#include "../../kube-annotations/net.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t again[ZK_MAX_NET];
    struct zk_net net;
    struct zp_error err;
    uint32_t len;
    int rc = zk_net_unpack(data, size, &net, &err);

    if (rc) {
        check_refusal(rc, &err);
        return 0;
    }
    PROMISE(strlen(net.name) && strlen(net.name) < ZK_NET_NAME);
    PROMISE(!strchr(net.name, '/') && strcmp(net.name, ".."));
    PROMISE(net.mtu >= ZK_MIN_MTU && net.mtu <= ZK_MAX_MTU);
    PROMISE(!zk_net_pack(&net, again, &len, &err));
    PROMISE(len == size && !memcmp(again, data, len));
    return 0;
}
