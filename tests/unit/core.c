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

int fixture_place(struct fixture *f, struct zp_error *err)
{
    fixture_build(f);
    return zp_place(f->topo, f->load, &f->req, &f->plan, err);
}

void fixture_device(struct fixture *f, const char *busid, uint32_t os_id,
                    uint32_t weight)
{
    uint32_t i = f->host.nr_devices++;

    snprintf(f->host.device[i].busid, ZP_BUSID_LEN, "%s", busid);
    f->host.device[i].nr_ids = os_id == ZP_UNKNOWN_ID ? 0 : 1;
    f->host.device[i].os_id[0] = os_id;
    snprintf(f->req.near[f->req.nr_near].busid, ZP_BUSID_LEN, "%s", busid);
    f->req.near[f->req.nr_near++].weight = weight;
}

char *fixture_text(const struct fixture *f, fixture_words *words)
{
    char *text;

    ck_works(words(f->topo, f->load, &f->req, &f->plan, &text, &err));
    return text;
}

void fixture_says(const struct fixture *f, fixture_words *words,
                  const char *part)
{
    char *text = fixture_text(f, words);

    ck_assert_msg(strstr(text, part), "'%s' is not in:\n%s", part, text);
    free(text);
}

void fixture_says_no(const struct fixture *f, fixture_words *words,
                     const char *part)
{
    char *text = fixture_text(f, words);

    ck_assert_msg(!strstr(text, part), "'%s' is in:\n%s", part, text);
    free(text);
}

unsigned long long room_mib(uint64_t free_kib, uint32_t ids, uint64_t mem_kib,
                            uint32_t k)
{
    uint64_t kib = zp_overhead_kib(ZP_GUEST_PVH, ids, mem_kib);
    uint64_t units = (kib + k * ZP_UNIT_KIB - 1) / (k * ZP_UNIT_KIB);

    return (free_kib / ZP_UNIT_KIB - units) * 2;
}
