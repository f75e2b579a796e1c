/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mix as CSV: the members of its JSON as columns. */
#include <string.h>

#include <zoneplace-density.h>

#include "adapt/csv.h"
#include "adapt/json.h"

enum column {
    NAME, VCPUS, MAX_VCPUS, MEMORY, MAX_MEMORY, NUMA_NODES, STRATEGY, SPILL,
    SIZE_BY, FIRST_NODE, MEMORY_POLICY, NEAR, WEIGHT, NR_COLUMNS
};

static const char *const names[NR_COLUMNS] = {
    "name", "vcpus", "max_vcpus", "memory", "max_memory", "numa_nodes",
    "strategy", "spill", "size_by", "first_node", "memory_policy", "near",
    "weight"
};

static void cleanup_mix(struct zp_mix **mix)
{
    zp_mix_free(*mix);
}

/* What each field is; each once. */
static int read_header(struct zp__csv *csv, enum column *columns)
{
    uint32_t seen = 0, i, c;

    for (i = 0; i < csv->nr; i++) {
        for (c = 0; c < NR_COLUMNS && strcmp(csv->field[i].text, names[c]);
             c++)
            ;
        if (c == NR_COLUMNS)
            return zp__csv_fail(csv, i, ZP_ERR_PARSE, "mix",
                                "unknown column \"%.40s\"",
                                csv->field[i].text);
        if (seen >> c & 1)
            return zp__csv_fail(csv, i, ZP_ERR_PARSE, "mix",
                                "the column \"%s\" is there twice", names[c]);
        seen |= 1u << c;
        columns[i] = (enum column)c;
    }
    return ZP_OK;
}

static int read_word(struct zp__csv *csv, uint32_t i, const char *what,
                     const char *const *words, unsigned *word_out)
{
    unsigned w;

    for (w = 0; words[w]; w++) {
        if (!strcmp(words[w], csv->field[i].text)) {
            *word_out = w;
            return ZP_OK;
        }
    }
    return zp__csv_fail(csv, i, ZP_ERR_PARSE, what,
                        "%s: unknown word \"%.40s\"", what,
                        csv->field[i].text);
}

static int read_text(struct zp__csv *csv, uint32_t i, const char *what,
                     char *buf, size_t size)
{
    if (csv->field[i].len >= size)
        return zp__csv_fail(csv, i, ZP_ERR_RANGE, what,
                            "%s: %zu bytes, at most %zu", what,
                            csv->field[i].len, size - 1);
    memcpy(buf, csv->field[i].text, csv->field[i].len + 1);
    return ZP_OK;
}

static int read_near(struct zp__csv *csv, uint32_t i, struct zp_request *req)
{
    req->nr_near = 1;
    memset(&req->near[0], 0, sizeof(req->near[0]));
    req->near[0].weight = 1;
    return read_text(csv, i, "near", req->near[0].busid,
                     sizeof(req->near[0].busid));
}

static int read_number(struct zp__csv *csv, uint32_t i, enum column column,
                       struct zp_request *req, uint64_t *weight)
{
    uint32_t *into = column == VCPUS ? &req->vcpus
                     : column == MAX_VCPUS ? &req->max_vcpus
                                           : &req->nr_vnodes;
    uint64_t value = 0;
    int rc = zp__csv_uint(csv, i, names[column],
                          column == WEIGHT ? ZP_MAX_WEIGHTS : UINT32_MAX,
                          &value);

    if (column == WEIGHT)
        *weight = value;
    else
        *into = (uint32_t)value;
    return rc;
}

static int read_choice(struct zp__csv *csv, uint32_t i, enum column column,
                       struct zp_request *req)
{
    unsigned w = 0;
    int rc;

    switch (column) {
    case STRATEGY:
        rc = read_word(csv, i, names[column], zp__strategy_words, &w);
        req->strategy = (enum zp_strategy)w;
        return rc;
    case SPILL:
        rc = read_word(csv, i, names[column], zp__spill_words, &w);
        req->spill = (enum zp_spill)w;
        return rc;
    case SIZE_BY:
        rc = read_word(csv, i, names[column], zp__size_by_words, &w);
        req->size_by = (enum zp_size_by)w;
        return rc;
    case FIRST_NODE:
        rc = read_word(csv, i, names[column], zp__first_node_words, &w);
        req->first_node = (enum zp_first_node)w;
        return rc;
    default:
        rc = read_word(csv, i, names[column], zp__memory_policy_words, &w);
        req->memory_policy = (enum zp_memory_policy)w;
        return rc;
    }
}

/* An empty field is what the base says. */
static int read_column(struct zp__csv *csv, uint32_t i, enum column column,
                       struct zp_request *req, uint64_t *weight)
{
    if (!csv->field[i].len)
        return ZP_OK;
    switch (column) {
    case NAME:
        return read_text(csv, i, "name", req->name, sizeof(req->name));
    case MEMORY:
        return zp__csv_size(csv, i, "memory", &req->mem_kib);
    case MAX_MEMORY:
        return zp__csv_size(csv, i, "max_memory", &req->max_mem_kib);
    case NEAR:
        return read_near(csv, i, req);
    case VCPUS:
    case MAX_VCPUS:
    case NUMA_NODES:
    case WEIGHT:
        return read_number(csv, i, column, req, weight);
    default:
        return read_choice(csv, i, column, req);
    }
}

static int read_shape(struct zp__csv *csv, const enum column *columns,
                      const struct zp_request *base, struct zp_mix *mix)
{
    struct zp_request req = *base;
    struct zp_error why;
    uint64_t weight = 1;
    uint32_t i;
    int rc = ZP_OK;

    for (i = 0; i < csv->nr; i++) {
        if (columns[i] == VCPUS && csv->field[i].len)
            req.max_vcpus = 0;
        if (columns[i] == MEMORY && csv->field[i].len)
            req.max_mem_kib = 0;
    }
    for (i = 0; !rc && i < csv->nr; i++)
        rc = read_column(csv, i, columns[i], &req, &weight);
    if (rc)
        return rc;
    rc = zp_mix_add(mix, &req, (uint32_t)weight, &why);
    return rc ? zp__csv_fail(csv, 0, rc, why.limit, "%s", why.msg) : ZP_OK;
}

static int read_mix(struct zp__csv *csv, const struct zp_request *base,
                    struct zp_mix *mix)
{
    enum column columns[ZP__CSV_MAX_COLUMNS];
    uint32_t nr;
    int rc = zp__csv_next(csv);

    if (rc == 0)
        return zp__fail(csv->err, ZP_ERR_PARSE, "mix",
                        "line 1 column 1: no CSV here");
    if (rc > 0)
        rc = read_header(csv, columns);
    if (rc < 0)
        return rc;
    nr = csv->nr;
    while ((rc = zp__csv_next(csv)) > 0) {
        rc = zp__csv_check_nr(csv, nr);
        if (!rc)
            rc = read_shape(csv, columns, base, mix);
        if (rc)
            return rc;
    }
    if (!rc && !zp_mix_nr(mix))
        return zp__csv_fail(csv, 0, ZP_ERR_INVAL, "mix",
                            "a mix without shapes");
    return rc;
}

int zp_mix_from_csv(const char *buf, size_t len,
                    const struct zp_request *base, struct zp_mix **mix_out,
                    struct zp_error *err)
{
    struct zp_mix *mix ZP_CLEANUP(cleanup_mix) = NULL;
    struct zp__csv csv ZP_CLEANUP(zp__csv_close);
    int rc = zp__csv_open(&csv, buf, len, err);

    if (!rc)
        rc = zp_mix_new(&mix, err);
    if (!rc)
        rc = read_mix(&csv, base, mix);
    if (!rc)
        *mix_out = ZP_TAKE(mix);
    return rc;
}
