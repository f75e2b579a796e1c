/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Equal inputs give equal bytes: each generated request is planned for a host
 * file, for the same file with its nodes and keys in another order, a second
 * time, in another locale, and again from its receipt. A refusal must be the
 * same refusal. ZP_SEED replays a run, ZP_CASES_PERCENT shortens it.
 */
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoneplace.h>

enum { CASES = 1000, MAX_NODES = 12, MAX_TEXT = 16384 };

static uint64_t state;

/* splitmix64: every seed is a good one. */
static uint64_t draw(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static unsigned below(unsigned n)
{
    return (unsigned)(draw() % n);
}

static bool one_in(unsigned n)
{
    return below(n) == 0;
}

/* ---- a host, and its file in some order ------------------------------------ */

struct host {
    unsigned nr;
    unsigned id[MAX_NODES];
    unsigned pcpus[MAX_NODES];
    unsigned first_pcpu[MAX_NODES];
    unsigned mem_mib[MAX_NODES];
    unsigned free_mib[MAX_NODES];
    unsigned used_vcpus[MAX_NODES];
    unsigned dist[MAX_NODES][MAX_NODES];
};

static void make_distances(struct host *host)
{
    static const unsigned far[] = { 20, 32 };
    unsigned group = 1 + below(4);
    bool symmetric = !one_in(5);

    for (unsigned i = 0; i < host->nr; i++) {
        for (unsigned j = 0; j < host->nr; j++) {
            unsigned dist = i / group == j / group ? 11 + below(3)
                                                   : far[below(2)];

            if (symmetric && j < i)
                dist = host->dist[j][i];
            host->dist[i][j] = i == j ? 10 : dist;
        }
    }
}

static void make_host(struct host *host)
{
    unsigned id = 0, pcpu = 0;

    host->nr = 1 + below(MAX_NODES);
    for (unsigned i = 0; i < host->nr; i++) {
        id += one_in(4) ? below(5) : 0;
        host->id[i] = id++;
        host->pcpus[i] = one_in(8) ? 0 : 1 + below(16);
        host->first_pcpu[i] = pcpu;
        pcpu += 16;
        host->mem_mib[i] = 512 * (1 + below(16));
        host->free_mib[i] = one_in(3) ? host->mem_mib[i]
                                      : below(host->mem_mib[i] + 1);
        host->used_vcpus[i] = one_in(2) ? 0 : below(8);
    }
    if (!host->pcpus[0])
        host->pcpus[0] = 4;
    make_distances(host);
}

struct text {
    size_t len;
    char buf[MAX_TEXT];
};

static void add(struct text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    t->len += (size_t)vsnprintf(t->buf + t->len, sizeof(t->buf) - t->len, fmt,
                                args);
    va_end(args);
    if (t->len >= sizeof(t->buf))
        abort();
}

/* Fisher and Yates. */
static void shuffle(unsigned *order, unsigned nr)
{
    for (unsigned i = 0; i < nr; i++)
        order[i] = i;
    for (unsigned i = nr; i > 1; i--) {
        unsigned j = below(i), held = order[i - 1];

        order[i - 1] = order[j];
        order[j] = held;
    }
}

static void add_node(struct text *t, const struct host *host, unsigned i,
                     bool mix)
{
    unsigned keys[5] = { 0, 1, 2, 3, 4 };

    if (mix)
        shuffle(keys, 5);
    for (unsigned k = 0; k < 5; k++) {
        add(t, k ? ", " : "{");
        switch (keys[k]) {
        case 0:
            add(t, "\"id\": %u", host->id[i]);
            break;
        case 1:
            add(t, "\"cpus\": \"");
            if (host->pcpus[i])
                add(t, "%u-%u", host->first_pcpu[i],
                    host->first_pcpu[i] + host->pcpus[i] - 1);
            add(t, "\"");
            break;
        case 2:
            add(t, "\"mem_kb\": %u", host->mem_mib[i] * 1024);
            break;
        case 3:
            add(t, "\"free_kb\": %u", host->free_mib[i] * 1024);
            break;
        case 4:
            add(t, "\"used_vcpus\": %u", host->used_vcpus[i]);
            break;
        }
    }
    add(t, "}");
}

static void add_part(struct text *t, const struct host *host, unsigned part,
                     const unsigned *order, bool mix)
{
    static const char *const names[] = { "nodes", "distances", "pci" };

    add(t, "\"%s\": [", names[part]);
    for (unsigned i = 0; i < host->nr; i++) {
        unsigned at = order[i];

        add(t, i ? "," : "");
        if (part == 0)
            add_node(t, host, at, mix);
        if (part == 1) {
            for (unsigned j = 0; j < host->nr; j++)
                add(t, "%s%u", j ? "," : "[", host->dist[at][order[j]]);
            add(t, "]");
        }
        if (part == 2)
            add(t, "{\"busid\": \"%02x:00.0\", \"nodes\": [%u]}", at + 1,
                host->id[at]);
    }
    add(t, "]");
}

static void write_host(const struct host *host, bool mix, struct text *t)
{
    unsigned order[MAX_NODES], parts[3] = { 0, 1, 2 };

    for (unsigned i = 0; i < host->nr; i++)
        order[i] = i;
    if (mix) {
        shuffle(order, host->nr);
        shuffle(parts, 3);
    }
    t->len = 0;
    for (unsigned p = 0; p < 3; p++) {
        add(t, p ? ",\n" : "{");
        add_part(t, host, parts[p], order, mix);
    }
    add(t, "}\n");
}

/* ---- a request --------------------------------------------------------------- */

static void make_request(const struct host *host, struct zp_request *req)
{
    zp_request_init(req);
    snprintf(req->name, sizeof(req->name), "zone%u", below(100));
    req->max_vcpus = 1 + below(24);
    req->vcpus = 1 + below(req->max_vcpus);
    req->mem_kib = 1024 * (uint64_t)(128 + below(6000));
    req->strategy = one_in(2) ? ZP_SCATTER : ZP_COMPACT;
    req->nr_vnodes = one_in(2) ? 0 : 1 + below(host->nr);
    req->spill = one_in(2) ? ZP_SPILL_DEFAULT : ZP_SPILL_STRICT + below(3);
    req->size_by = one_in(4) ? ZP_SIZE_BY_CPU : ZP_SIZE_BY_BOTH;
    req->first_node = one_in(4) ? ZP_FIRST_PACK : ZP_FIRST_MOST_FREE;
    req->tier = one_in(3) ? ZP_TIER_PATCHED : ZP_TIER_STOCK;
    req->overcommit = 1 + below(2);
    req->vcpu_ratio = one_in(4) ? 1 + below(3) : 0;
    req->near_policy = one_in(2) ? ZP_NEAR_PREFERRED : ZP_NEAR_STRICT;
    req->nr_near = one_in(3) ? 1 : 0;
    snprintf(req->near[0].busid, ZP_BUSID_LEN, "%02x:00.0",
             1 + below(host->nr));
    req->near[0].weight = 1;
}

/* ---- what comes out ----------------------------------------------------------- */

struct result {
    int rc;
    struct zp_error err;
    char *plan;      /* its JSON, texts included */
    char *receipt;
};

static void die(const char *what, const struct zp_error *err)
{
    printf("not ok - %s: %s\n", what, err->msg);
    exit(1);
}

static struct result plan_for(const struct text *file,
                              const struct zp_request *req)
{
    struct result result = { .rc = ZP_OK };
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_plan plan;
    struct zp_error err;

    if (zp_host_from_json(file->buf, file->len, &topo, &load, &err))
        die("a generated host is refused", &err);
    result.rc = zp_place(topo, load, req, &plan, &result.err);
    if (!result.rc &&
        (zp_plan_check(topo, &plan, &err) ||
         zp_plan_to_json(topo, load, req, &plan, &result.plan, &err) ||
         zp_receipt_to_json(topo, load, req, &plan, &result.receipt, &err)))
        die("a plan can't be written", &err);
    zp_load_free(load);
    zp_topology_free(topo);
    return result;
}

static bool same(const struct result *a, const struct result *b)
{
    if (a->rc != b->rc)
        return false;
    if (a->rc)
        return !strcmp(a->err.msg, b->err.msg) &&
               !strcmp(a->err.limit, b->err.limit);
    return !strcmp(a->plan, b->plan) && !strcmp(a->receipt, b->receipt);
}

static void clear(struct result *result)
{
    free(result->plan);
    free(result->receipt);
}

static bool replays(const struct result *first)
{
    struct zp_plan plan;
    struct zp_error err;
    char *text;
    bool equal;

    if (first->rc)
        return true;
    if (zp_receipt_replay(first->receipt, strlen(first->receipt), &plan,
                          &err)) {
        printf("# %s\n", err.msg);
        return false;
    }
    if (zp_plan_to_json(NULL, NULL, NULL, &plan, &text, &err))
        die("a replayed plan can't be written", &err);
    /* Without a host there are no warnings: the rest is the same. */
    equal = !strncmp(text, first->plan,
                     (size_t)(strstr(text, "\"warnings\"") - text));
    free(text);
    return equal;
}

/* Which of the ways gives other bytes; NULL if none does. */
static const char *find_difference(const struct host *host,
                                   const struct zp_request *req,
                                   const char *locale, bool *fits)
{
    static struct text file, mixed;
    struct result first, again, other, abroad;
    const char *wrong = NULL;

    write_host(host, false, &file);
    write_host(host, true, &mixed);
    first = plan_for(&file, req);
    again = plan_for(&file, req);
    other = plan_for(&mixed, req);
    setlocale(LC_ALL, locale);
    abroad = plan_for(&mixed, req);
    setlocale(LC_ALL, "C");
    if (!same(&first, &again))
        wrong = "a second time";
    else if (!same(&first, &other))
        wrong = "nodes and keys in another order";
    else if (!same(&first, &abroad))
        wrong = "another locale";
    else if (!replays(&first))
        wrong = "from the receipt";
    if (wrong)
        printf("# %s\n# first: %s\n# other: %s\n", mixed.buf,
               first.rc ? first.err.msg : first.plan,
               other.rc ? other.err.msg : other.plan);
    *fits = !first.rc;
    clear(&first);
    clear(&again);
    clear(&other);
    clear(&abroad);
    return wrong;
}

/* One with other digits, commas and letters if there is one. */
static const char *choose_locale(void)
{
    static const char *const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8",
                                         "tr_TR.UTF-8", "en_US.UTF-8",
                                         "C.UTF-8" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (setlocale(LC_ALL, names[i])) {
            setlocale(LC_ALL, "C");
            return names[i];
        }
    }
    return "C";
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);

    return text ? strtoul(text, NULL, 0) : otherwise;
}

int main(void)
{
    unsigned long seed = setting("ZP_SEED", 1);
    unsigned long cases = CASES * setting("ZP_CASES_PERCENT", 100) / 100;
    const char *locale = choose_locale();
    unsigned long fitting = 0;

    printf("# ZP_SEED=%lu, locale %s\n", seed, locale);
    for (unsigned long i = 0; i < cases; i++) {
        struct zp_request req;
        struct host host;
        const char *wrong;
        bool fits;

        state = seed * 1000003 + i;
        make_host(&host);
        make_request(&host, &req);
        wrong = find_difference(&host, &req, locale, &fits);
        if (wrong) {
            printf("not ok 1 - case %lu: other bytes: %s\n", i, wrong);
            return 1;
        }
        fitting += fits;
    }
    printf("ok 1 - %lu requests (%lu fit): the same bytes\n", cases, fitting);
    /* A test of refusals alone would prove little. */
    if (fitting * 4 < cases) {
        printf("not ok 2 - a quarter of them fit\n");
        return 1;
    }
    printf("ok 2 - a quarter of them fit\n");
    return 0;
}
