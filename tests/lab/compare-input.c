// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The inputs of compare: lists, the plan, the report and the tables in it.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

struct vnode vnodes[VNODES];
unsigned vnodes_nr;
unsigned pxms[VNODES], pxms_nr;
int apic_to_vcpu[IDS], apic_to_pxm[IDS];
struct range ranges[RANGES];
unsigned ranges_nr;
bool have_srat;
int node_to_pxm[VNODES];
unsigned nodes_nr;
char *report;
set all_pcpus;

static unsigned distances[VNODES][VNODES];

void set_add(set *s, unsigned id)
{
    if (id >= IDS)
        die("id %u is too large", id);
    s->word[id / 64] |= 1ULL << (id % 64);
}

bool set_has(const set *s, unsigned id)
{
    return id < IDS && (s->word[id / 64] >> (id % 64) & 1);
}

bool set_equal(const set *a, const set *b)
{
    return !memcmp(a, b, sizeof *a);
}

bool set_parse(const char *text, set *s)
{
    memset(s, 0, sizeof *s);
    while (isspace((unsigned char)*text))
        text++;
    if (!*text || !strcmp(text, "none"))
        return true;
    if (!strcmp(text, "all")) {
        *s = all_pcpus;
        return true;
    }
    for (;;) {
        char *end;
        unsigned long first, last;

        if (!isdigit((unsigned char)*text))
            return false;
        first = last = strtoul(text, &end, 10);
        if (*end == '-') {
            text = end + 1;
            if (!isdigit((unsigned char)*text))
                return false;
            last = strtoul(text, &end, 10);
        }
        if (last < first || last >= IDS)
            return false;
        for (unsigned long id = first; id <= last; id++)
            set_add(s, (unsigned)id);
        while (isspace((unsigned char)*end))
            end++;
        if (!*end)
            return true;
        if (*end != ',')
            return false;
        text = end + 1;
    }
}

const char *set_text(const set *s)
{
    static char texts[4][8192];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    size_t at = 0;

    strcpy(text, "none");
    for (unsigned id = 0; id < IDS; id++) {
        unsigned last = id;

        if (!set_has(s, id))
            continue;
        while (set_has(s, last + 1))
            last++;
        at += (size_t)snprintf(text + at, sizeof texts[0] - at,
                               last > id ? "%s%u-%u" : "%s%u",
                               at ? "," : "", id, last);
        if (at >= sizeof texts[0] - 16)
            break;
        id = last;
    }
    return text;
}

char *slurp(const char *path)
{
    FILE *in = fopen(path, "re");
    size_t used = 0, room = 65536, n;
    char *text = malloc(room);

    if (!in)
        die("%s: %s", path, strerror(errno));
    while (text && (n = fread(text + used, 1, room - used - 1, in)) > 0) {
        used += n;
        if (room - used < 4096)
            text = realloc(text, room *= 2);
    }
    if (!text || ferror(in))
        die("%s: cannot be read", path);
    fclose(in);
    text[used] = '\0';
    /* Consoles write CR before LF. */
    for (char *from = text, *to = text;; from++) {
        if (*from != '\r')
            *to++ = *from;
        if (!*from)
            break;
    }
    return text;
}

static struct json_object *member(struct json_object *o, const char *key,
                                  enum json_type type)
{
    struct json_object *value;

    if (!json_object_object_get_ex(o, key, &value) ||
        !json_object_is_type(value, type))
        die("the plan has no %s, or of another type", key);
    return value;
}

static unsigned number(struct json_object *o, const char *key)
{
    int64_t n = json_object_get_int64(member(o, key, json_type_int));

    if (n < 0 || n >= IDS)
        die("the plan's %s is out of range", key);
    return (unsigned)n;
}

unsigned pxm_index(unsigned pxm)
{
    for (unsigned i = 0; i < pxms_nr; i++)
        if (pxms[i] == pxm)
            return i;
    return pxms_nr;
}

static void plan_read_vnode(struct json_object *o, struct vnode *v)
{
    int64_t kib;

    v->pxm = number(o, "pxm");
    v->pnode = number(o, "pnode");
    if (!set_parse(json_object_get_string(
                       member(o, "vcpus", json_type_string)), &v->vcpus) ||
        !set_parse(json_object_get_string(
                       member(o, "pcpus", json_type_string)), &v->pcpus))
        die("a list of CPUs in the plan can't be read");
    kib = json_object_get_int64(member(o, "memory_kib", json_type_int));
    if (kib < 0)
        die("negative memory in the plan");
    v->memory_kib = (uint64_t)kib;
}

void plan_read(const char *path)
{
    struct json_object *whole, *plan, *inner, *list, *rows;
    char *text = slurp(path);

    plan = whole = json_tokener_parse(text);
    free(text);
    if (!plan)
        die("%s: not JSON", path);
    /* As it is, out of `zonectl launch --json`, or of `show --json`. */
    if (json_object_object_get_ex(plan, "spec", &inner))
        plan = inner;
    if (json_object_object_get_ex(plan, "plan", &inner))
        plan = inner;
    list = member(plan, "vnodes", json_type_array);
    rows = member(plan, "distances", json_type_array);
    if (!json_object_array_length(list) ||
        json_object_array_length(list) > VNODES ||
        json_object_array_length(rows) != json_object_array_length(list))
        die("%s: the numbers of vnodes and of rows differ", path);
    vnodes_nr = (unsigned)json_object_array_length(list);
    for (unsigned i = 0; i < vnodes_nr; i++) {
        struct json_object *row = json_object_array_get_idx(rows, i);

        plan_read_vnode(json_object_array_get_idx(list, i), &vnodes[i]);
        if (!json_object_is_type(row, json_type_array) ||
            json_object_array_length(row) != vnodes_nr)
            die("%s: row %u of the distances", path, i);
        for (unsigned j = 0; j < vnodes_nr; j++)
            distances[i][j] = (unsigned)json_object_get_int(
                json_object_array_get_idx(row, j));
        if (pxm_index(vnodes[i].pxm) == pxms_nr)
            pxms[pxms_nr++] = vnodes[i].pxm;
    }
    json_object_put(whole);
}

/* The distance between two proximity domains: of their first vnodes. */
unsigned plan_distance(unsigned from, unsigned to)
{
    unsigned i, j;

    for (i = 0; vnodes[i].pxm != from; i++)
        ;
    for (j = 0; vnodes[j].pxm != to; j++)
        ;
    return distances[i][j];
}

char *value_of(const char *format, ...)
{
    char path[256];
    va_list args;
    size_t len;

    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    len = strlen(path);
    for (char *line = report; *line; line += strcspn(line, "\n"),
         line += *line != '\0') {
        if (strncmp(line, path, len) || line[len] != ':')
            continue;
        line += len + 1;
        line += strspn(line, " ");
        return strndup(line, strcspn(line, "\n"));
    }
    return NULL;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = strchr(digits, c);

    return at && c ? (int)(at - digits) : -1;
}

uint8_t *table(const char *name, size_t *len)
{
    char *hex = value_of("/sys/firmware/acpi/tables/%s", name);
    uint8_t *bytes, sum = 0;
    uint32_t length;

    if (!hex)
        return NULL;
    *len = strlen(hex) / 2;
    bytes = malloc(*len + 1);
    if (!bytes)
        die("no memory");
    for (size_t i = 0; i < *len; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            die("%s: not hexadecimal", name);
        bytes[i] = (uint8_t)(high << 4 | low);
        sum = (uint8_t)(sum + bytes[i]);
    }
    free(hex);
    if (*len < 36)
        die("%s: too short", name);
    memcpy(&length, bytes + 4, sizeof length);
    if (length != *len)
        differ("%s: its header says %u bytes, it has %zu", name, length,
               *len);
    /* The guest's AML edits the MADT, and not its checksum in every case. */
    if (sum && strcmp(name, "APIC"))
        differ("%s: its checksum is off by %u", name, sum);
    return bytes;
}

uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

uint64_t get64(const uint8_t *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* MADT: local APIC id -> processor id, which is Xen's vCPU. */
void madt_read(void)
{
    size_t len;
    uint8_t *t = table("APIC", &len);

    if (!t) {
        differ("the guest has no MADT");
        return;
    }
    for (size_t at = 44; at + 2 <= len && t[at + 1] >= 2; at += t[at + 1]) {
        if (at + t[at + 1] > len)
            break;
        if (t[at] == 0 && t[at + 1] >= 8)
            apic_to_vcpu[t[at + 3]] = t[at + 2];
        else if (t[at] == 9 && t[at + 1] >= 16 && get32(t + at + 4) < IDS)
            apic_to_vcpu[get32(t + at + 4)] = (int)get32(t + at + 12);
    }
    free(t);
}

/* Linux numbers nodes in the order it meets their proximity domains. */
static void node_meet(unsigned pxm)
{
    for (unsigned i = 0; i < nodes_nr; i++)
        if (node_to_pxm[i] == (int)pxm)
            return;
    if (nodes_nr < VNODES)
        node_to_pxm[nodes_nr++] = (int)pxm;
}

static void srat_entry(const uint8_t *e, unsigned pass)
{
    if (pass == 0 && e[0] == 0 && e[1] >= 16 && (get32(e + 4) & 1)) {
        unsigned pxm = e[2] | (unsigned)e[9] << 8 | (unsigned)e[10] << 16;

        apic_to_pxm[e[3]] = (int)pxm;
        node_meet(pxm);
    } else if (pass == 0 && e[0] == 2 && e[1] >= 24 &&
               (get32(e + 12) & 1) && get32(e + 8) < IDS) {
        apic_to_pxm[get32(e + 8)] = (int)get32(e + 4);
        node_meet(get32(e + 4));
    } else if (pass == 1 && e[0] == 1 && e[1] >= 40 &&
               (get32(e + 28) & 1) && ranges_nr < RANGES) {
        struct range *r = &ranges[ranges_nr++];

        r->pxm = get32(e + 2);
        r->start = get64(e + 8);
        r->end = r->start + get64(e + 16);
        node_meet(r->pxm);
    }
}

void srat_read(void)
{
    size_t len;
    uint8_t *t = table("SRAT", &len);

    have_srat = t != NULL;
    if (!t) {
        /* One node without tables: everything is on it. */
        if (pxms_nr > 1)
            differ("SRAT: none, but the plan has %u nodes", pxms_nr);
        node_meet(pxms[0]);
        return;
    }
    /* Linux reads all CPUs' entries before the memory's. */
    for (unsigned pass = 0; pass < 2; pass++)
        for (size_t at = 48; at + 2 <= len && t[at + 1] >= 2;
             at += t[at + 1])
            if (at + t[at + 1] <= len)
                srat_entry(t + at, pass);
    free(t);
}
