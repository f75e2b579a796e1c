/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A captured sysfs tree as a tar archive: devices/system/node,
 * devices/system/cpu and the numa_node of PCI devices, at whatever depth.
 * Ustar, with the long names of GNU and pax. Two passes: which nodes and
 * caches there are must be known before rows of distances are read.
 */
#include <stdio.h>
#include <string.h>

#include "adapt/import.h"

enum { BLOCK = 512, MAX_PATH = 512, MAX_INDEX = 16 };

struct entry {
    char path[MAX_PATH];
    const char *data;
    size_t size;
};

struct tar {
    const char *buf;
    size_t len;
    size_t pos;
};

struct reader {
    struct zp__import *im;
    bool second;
    bool bad_rows;
    bool has_online_nodes;
    struct zp_pcpuset online_nodes;
    bool has_online;
    struct zp_pcpuset online;  /* devices/system/cpu/online */
    struct zp_pcpuset off;     /* cpuN/online is 0 */
    struct zp_pcpuset known;   /* cpuN there */
    uint16_t l3_index[ZP_MAX_PCPUS]; /* bit i: cache/index<i> is an L3 */
};

/* An octal field, ended by a NUL or a blank. */
static bool read_octal(const char *field, size_t size, uint64_t *value_out)
{
    uint64_t value = 0;
    size_t i = 0;

    while (i < size && field[i] == ' ')
        i++;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
        value = value * 8 + (uint64_t)(field[i] - '0');
    *value_out = value;
    return i == size || field[i] == ' ' || !field[i];
}

static bool checksum_ok(const char *block)
{
    uint64_t want, sum = 0;
    size_t i;

    if (!block[0] || !read_octal(block + 148, 8, &want))
        return false;
    for (i = 0; i < BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : (unsigned char)block[i];
    return sum == want;
}

bool zp__is_tar(const char *buf, size_t len)
{
    return len >= BLOCK && checksum_ok(buf);
}

/* The path record of a pax header: "LEN path=VALUE\n". */
static void pax_path(const char *data, size_t size, char *path)
{
    struct zp__scan text = zp__scan_of(data, size), line;
    uint64_t len;

    while (zp__scan_line(&text, &line)) {
        if (!zp__scan_uint(&line, &len) || !zp__scan_word(&line, "path="))
            continue;
        snprintf(path, MAX_PATH, "%.*s",
                 (int)(line.end - line.at < MAX_PATH ? line.end - line.at
                                                     : MAX_PATH - 1), line.at);
    }
}

static void ustar_path(const char *block, char *path)
{
    bool prefix = !memcmp(block + 257, "ustar", 6) && block[345];

    snprintf(path, MAX_PATH, "%.155s%s%.100s", prefix ? block + 345 : "",
             prefix ? "/" : "", block);
}

/* The next regular file; false at the end or after a failure. */
static bool next_file(struct zp__import *im, struct tar *tar,
                      struct entry *entry)
{
    char longer[MAX_PATH] = "";
    const char *block;
    uint64_t size;

    while (!im->rc && tar->len - tar->pos >= BLOCK) {
        block = tar->buf + tar->pos;
        if (!block[0])
            return false;
        im->steps++;
        if (!checksum_ok(block) || !read_octal(block + 124, 12, &size) ||
            size > tar->len - tar->pos - BLOCK) {
            zp__import_fail(im, ZP_ERR_PARSE, "tar", "the archive is damaged "
                            "at byte %zu", tar->pos);
            return false;
        }
        entry->data = block + BLOCK;
        entry->size = (size_t)size;
        tar->pos += BLOCK + ((size_t)size + BLOCK - 1) / BLOCK * BLOCK;
        if (tar->pos > tar->len)
            tar->pos = tar->len;
        if (block[156] == 'L') {
            snprintf(longer, sizeof(longer), "%.*s",
                     (int)(size < MAX_PATH ? size : MAX_PATH - 1),
                     entry->data);
        } else if (block[156] == 'x') {
            pax_path(entry->data, entry->size, longer);
        } else if (block[156] == '0' || !block[156]) {
            if (*longer)
                memcpy(entry->path, longer, sizeof(longer));
            else
                ustar_path(block, entry->path);
            return true;
        } else {
            *longer = '\0';
        }
    }
    return false;
}

/* What follows the last "/@dir" of the path, or NULL. */
static const char *below(const char *path, const char *dir)
{
    const char *at = path, *found = NULL;

    while ((at = strstr(at, dir))) {
        if (at == path || at[-1] == '/')
            found = at + strlen(dir);
        at++;
    }
    return found;
}

/* "node12/..." or "cpu3/...": the number, and what follows the slash. */
static const char *numbered(const char *path, const char *word,
                            uint64_t *nr_out)
{
    struct zp__scan s = zp__scan_of(path, strlen(path));

    if (!zp__scan_word(&s, word) || !zp__scan_uint(&s, nr_out) ||
        s.at == s.end || *s.at != '/' || *nr_out >= ZP_MAX_PCPUS)
        return NULL;
    return s.at + 1;
}

static struct zp__scan text_of(const struct entry *entry)
{
    struct zp__scan s = zp__scan_of(entry->data, entry->size), line;

    /* One value a file; some dumps append NULs. */
    if (!zp__scan_line(&s, &line))
        return s;
    while (line.end > line.at && !line.end[-1])
        line.end--;
    return line;
}

static void read_set(struct reader *r, const struct entry *entry, bool mask,
                     struct zp_pcpuset *set_out)
{
    struct zp__scan s = text_of(entry);
    size_t len = (size_t)(s.end - s.at);
    struct zp_error why;

    if (mask && !zp__scan_mask(s.at, len, set_out))
        zp__import_fail(r->im, ZP_ERR_PARSE, "pcpus",
                        "%.80s: not a mask of pcpus", entry->path);
    else if (!mask && zp_pcpuset_parse(s.at, len, set_out, &why))
        zp__import_fail(r->im, why.code, why.limit, "%.80s: %s", entry->path,
                        why.msg);
}

/* "Node 0 MemTotal:       33456304 kB" */
static void read_meminfo(struct reader *r, struct zp__import_node *node,
                         const struct entry *entry)
{
    struct zp__scan text = zp__scan_of(entry->data, entry->size), line;
    uint64_t id, kib;

    while (zp__scan_line(&text, &line)) {
        uint64_t *to = NULL;

        r->im->steps++;
        if (!zp__scan_word(&line, "Node ") || !zp__scan_uint(&line, &id))
            continue;
        if (zp__scan_word(&line, "MemTotal:"))
            to = &node->mem_kib;
        else if (zp__scan_word(&line, "MemFree:"))
            to = &node->free_kib;
        if (!to)
            continue;
        if (!zp__scan_uint(&line, &kib) || !zp__scan_word(&line, "kB"))
            zp__import_fail(r->im, ZP_ERR_PARSE, "memory",
                            "%.80s: a size in kB expected", entry->path);
        else if (kib > ZP_MAX_MEM_KIB)
            zp__import_fail(r->im, ZP_ERR_RANGE, "memory",
                            "%.80s: %llu kB are beyond %llu", entry->path,
                            (unsigned long long)kib,
                            (unsigned long long)ZP_MAX_MEM_KIB);
        else
            *to = kib;
    }
}

/* One value for each node that is online, by ascending id. */
static void read_row(struct reader *r, uint64_t from,
                     const struct entry *entry)
{
    struct zp__scan s = text_of(entry);
    uint32_t to = zp_pcpuset_next(&r->online_nodes, 0), nr = 0;
    uint64_t value[ZP_MAX_PNODES], one;

    while (zp__scan_uint(&s, &one)) {
        r->im->steps++;
        if (nr < ZP_MAX_PNODES)
            value[nr] = one;
        nr++;
    }
    if (!zp__scan_ends(&s) || nr != zp_pcpuset_count(&r->online_nodes)) {
        if (!r->bad_rows)
            zp__import_warn(r->im, "node %llu has %u distances for %u nodes: "
                            "they are not used", (unsigned long long)from, nr,
                            zp_pcpuset_count(&r->online_nodes));
        r->bad_rows = true;
        return;
    }
    for (nr = 0; to != ZP_UNKNOWN_ID; nr++) {
        zp__import_distance(r->im, from, to, value[nr]);
        to = zp_pcpuset_next(&r->online_nodes, to + 1);
    }
}

static void read_node(struct reader *r, const char *path,
                      const struct entry *entry)
{
    struct zp__import_node *node;
    uint64_t id;

    if (!r->second && !strcmp(path, "online")) {
        read_set(r, entry, false, &r->online_nodes);
        r->has_online_nodes = true;
        if (zp_pcpuset_count(&r->online_nodes) > ZP_MAX_PNODES)
            zp__import_fail(r->im, ZP_ERR_RANGE, "numa-nodes",
                            "%u nodes are online: a host has at most %d",
                            zp_pcpuset_count(&r->online_nodes), ZP_MAX_PNODES);
        return;
    }
    path = numbered(path, "node", &id);
    if (!path)
        return;
    if (r->second) {
        if (!strcmp(path, "distance") &&
            zp_pcpuset_has(&r->online_nodes, (uint32_t)id))
            read_row(r, id, entry);
        return;
    }
    if (strcmp(path, "cpulist") && strcmp(path, "cpumap") &&
        strcmp(path, "meminfo"))
        return;
    node = zp__import_node(r->im, id);
    if (!node)
        return;
    if (!strcmp(path, "meminfo"))
        read_meminfo(r, node, entry);
    else
        read_set(r, entry, path[3] == 'm', &node->pcpus);
}

/* "cache/index3/level" and the set of its sharers. */
static void read_cache(struct reader *r, uint32_t pcpu, const char *path,
                       const struct entry *entry)
{
    struct zp__scan s = text_of(entry);
    struct zp_pcpuset set;
    uint64_t index, level;

    path = numbered(path, "index", &index);
    if (!path || index >= MAX_INDEX)
        return;
    if (!r->second && !strcmp(path, "level")) {
        if (zp__scan_uint(&s, &level) && level == 3)
            r->l3_index[pcpu] |= (uint16_t)(1u << index);
    } else if (r->second && (r->l3_index[pcpu] >> index & 1) &&
               (!strcmp(path, "shared_cpu_list") ||
                !strcmp(path, "shared_cpu_map"))) {
        read_set(r, entry, path[11] == 'm', &set);
        if (!r->im->rc)
            r->im->l3[pcpu] = zp_pcpuset_next(&set, 0);
    }
}

static void read_siblings(struct reader *r, uint32_t pcpu, const char *path,
                          const struct entry *entry)
{
    struct zp__scan s = text_of(entry);
    struct zp_pcpuset set;
    uint64_t id;
    bool list;

    if (!strcmp(path, "physical_package_id")) {
        /* -1 where firmware does not say */
        if (zp__scan_uint(&s, &id) && id < ZP_UNKNOWN_ID)
            r->im->socket[pcpu] = (uint32_t)id;
        return;
    }
    list = !strcmp(path, "thread_siblings_list") ||
           !strcmp(path, "core_cpus_list");
    if (!list && strcmp(path, "thread_siblings") && strcmp(path, "core_cpus"))
        return;
    read_set(r, entry, !list, &set);
    if (!r->im->rc)
        r->im->core[pcpu] = zp_pcpuset_next(&set, 0);
}

static void read_pcpu(struct reader *r, const char *path,
                      const struct entry *entry)
{
    struct zp__scan s = text_of(entry);
    const char *rest;
    uint64_t nr;
    uint32_t pcpu;

    if (!r->second && !strcmp(path, "online")) {
        read_set(r, entry, false, &r->online);
        r->has_online = true;
        return;
    }
    rest = numbered(path, "cpu", &nr);
    if (!rest)
        return;
    pcpu = (uint32_t)nr;
    zp_pcpuset_add(&r->known, pcpu);
    if (!strncmp(rest, "cache/", 6))
        read_cache(r, pcpu, rest + 6, entry);
    else if (!r->second && !strncmp(rest, "topology/", 9))
        read_siblings(r, pcpu, rest + 9, entry);
    else if (!r->second && !strcmp(rest, "online") &&
             zp__scan_uint(&s, &nr) && !nr)
        zp_pcpuset_add(&r->off, pcpu);
}

/* ".../0000:41:00.0/numa_node"; -1 is "not known". */
static void read_device(struct reader *r, const struct entry *entry)
{
    struct zp__scan s = text_of(entry);
    const char *end = strrchr(entry->path, '/'), *busid;
    struct zp_pcpuset nodes = { { 0 } };
    uint64_t node;

    if (r->second || !end || strcmp(end, "/numa_node"))
        return;
    for (busid = end; busid > entry->path && busid[-1] != '/'; busid--)
        ;
    if (!memchr(busid, ':', (size_t)(end - busid)) ||
        !memchr(busid, '.', (size_t)(end - busid)))
        return;
    if (zp__scan_uint(&s, &node) && node < ZP_MAX_PCPUS)
        zp_pcpuset_add(&nodes, (uint32_t)node);
    zp__import_device(r->im, busid, (size_t)(end - busid), &nodes);
}

static void read_pass(struct reader *r, const char *buf, size_t len)
{
    struct tar tar = { buf, len, 0 };
    struct entry entry;
    const char *path;

    while (next_file(r->im, &tar, &entry)) {
        if ((path = below(entry.path, "devices/system/node/")))
            read_node(r, path, &entry);
        else if ((path = below(entry.path, "devices/system/cpu/")))
            read_pcpu(r, path, &entry);
        else
            read_device(r, &entry);
    }
}

/* Nodes that have a directory but are not online have no memory and no pcpus
 * that anyone may use. */
static void drop_offline_nodes(struct reader *r)
{
    struct zp__import *im = r->im;
    uint32_t i, nr = 0;

    for (i = 0; i < im->nr; i++) {
        if (!r->has_online_nodes)
            zp_pcpuset_add(&r->online_nodes, im->node[i].os_id);
        if (zp_pcpuset_has(&r->online_nodes, im->node[i].os_id))
            im->node[nr++] = im->node[i];
        else
            zp__import_warn(im, "node %u is offline: left out",
                            im->node[i].os_id);
    }
    im->nr = nr;
}

static void find_online(struct reader *r)
{
    size_t i;

    r->im->has_online = r->has_online || zp_pcpuset_next(&r->known, 0) !=
                        ZP_UNKNOWN_ID;
    r->im->online = r->has_online ? r->online : r->known;
    for (i = 0; i < sizeof(r->off.word) / sizeof(r->off.word[0]); i++)
        r->im->online.word[i] &= ~r->off.word[i];
}

static void cleanup_reader(struct reader **r)
{
    free(*r);
}

int zp__import_sysfs(struct zp__import *im, const char *buf, size_t len)
{
    struct reader *r ZP_CLEANUP(cleanup_reader) = calloc(1, sizeof(*r));

    if (!r)
        return im->rc = zp__nomem(im->err);
    r->im = im;
    read_pass(r, buf, len);
    if (!im->rc && !im->nr)
        zp__import_fail(im, ZP_ERR_INVAL, "numa-nodes",
                        "there is no devices/system/node/nodeN in it");
    if (im->rc)
        return im->rc;
    drop_offline_nodes(r);
    r->second = true;
    read_pass(r, buf, len);
    find_online(r);
    return im->rc;
}
