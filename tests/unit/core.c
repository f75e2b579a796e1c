/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core.h"

void fixture_init(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    gen_idle_host(&f->host, GEN_SOCKETS, 8, 16, (uint64_t)16 << 20);
    zp_request_init(&f->req);
    f->req.vcpus = 4;
    f->req.mem_kib = (uint64_t)4 << 20;
}

void fixture_build(struct fixture *f)
{
    zp_load_free(f->load);
    zp_topology_free(f->topo);
    gen_build(&f->host, NULL, &f->topo, &f->load);
}

void fixture_clear(struct fixture *f)
{
    zp_load_free(f->load);
    zp_topology_free(f->topo);
}

unsigned long long room_mib(uint64_t free_kib, uint32_t ids, uint64_t mem_kib,
                            uint32_t k)
{
    uint64_t kib = zp_overhead_kib(ZP_GUEST_PVH, ids, mem_kib);
    uint64_t units = (kib + k * ZP_UNIT_KIB - 1) / (k * ZP_UNIT_KIB);

    return (free_kib / ZP_UNIT_KIB - units) * 2;
}
