/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The doctor: runs rules over readings. doctor-host.c, -dom0.c and -guest.c
 * have the rules. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

const char *zp_verdict_name(enum zp_verdict verdict)
{
    switch (verdict) {
    case ZP_VERDICT_OK: return "ok";
    case ZP_VERDICT_CHANGE: return "change";
    case ZP_VERDICT_UNKNOWN: break;
    }
    return "unknown";
}

const char *zp_where_name(enum zp_where where)
{
    switch (where) {
    case ZP_WHERE_NONE: break;
    case ZP_WHERE_GRUB:
        return "GRUB_CMDLINE_XEN_DEFAULT in /etc/default/grub";
    case ZP_WHERE_KERNEL: return "the guest kernel's command line";
    case ZP_WHERE_XL_CONF: return "/etc/xen/xl.conf";
    case ZP_WHERE_HOST_CONF: return "/etc/zoneplace/host.conf";
    case ZP_WHERE_FIRMWARE: return "the firmware's setup";
    case ZP_WHERE_SYSCTL: return "/etc/sysctl.d/zoneplace.conf";
    case ZP_WHERE_MODULES: return "/etc/modules-load.d/zoneplace.conf";
    case ZP_WHERE_SHELL: return "a shell";
    }
    return "";
}

void zp_setup_init(struct zp_setup *setup)
{
    memset(setup, 0, sizeof(*setup));
    setup->dom0_kib = ZP_UNKNOWN_NUMBER;
    setup->dom0_max_kib = ZP_UNKNOWN_NUMBER;
    setup->dom0_vcpus = ZP_UNKNOWN_NUMBER;
    setup->dom0_numa_balancing = ZP_UNKNOWN_NUMBER;
    setup->dynamic_zones = ZP_UNKNOWN_NUMBER;
}

void zp_guest_setup_init(struct zp_guest_setup *setup)
{
    memset(setup, 0, sizeof(*setup));
    setup->nr_nodes = ZP_UNKNOWN_NUMBER;
    setup->nr_memory_nodes = ZP_UNKNOWN_NUMBER;
    setup->numa_balancing = ZP_UNKNOWN_NUMBER;
    setup->zone_reclaim = ZP_UNKNOWN_NUMBER;
    setup->nr_present = ZP_UNKNOWN_NUMBER;
    setup->nr_online = ZP_UNKNOWN_NUMBER;
}

/* ---- what rules say ---- */

/* Readings may hold anything; a line stays a line. */
static void one_line(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
    }
}

enum zp_verdict zp__found(struct zp_finding *f, enum zp_verdict verdict,
                          const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(f->found, sizeof(f->found), fmt, args);
    va_end(args);
    one_line(f->found);
    return verdict;
}

enum zp_verdict zp__not_read(struct zp_finding *f)
{
    return zp__found(f, ZP_VERDICT_UNKNOWN, "not read");
}

void zp__change(struct zp_finding *f, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(f->change, sizeof(f->change), fmt, args);
    va_end(args);
    one_line(f->change);
}

/* ---- command lines ---- */

static size_t word_at(const char **at)
{
    while (**at && strchr(" \t\n", **at))
        ++*at;
    return strcspn(*at, " \t\n");
}

/* Xen ends the name of an option at one of these, too. */
static size_t key_len(const char *word, size_t len)
{
    size_t i;

    for (i = 0; i < len && !strchr("=,:;", word[i]); i++)
        ;
    return i;
}

bool zp__option(const char *cmdline, const char *key, char *value,
                size_t size)
{
    size_t want = strlen(key), len, klen;
    const char *at = cmdline;
    bool there = false;

    for (; (len = word_at(&at)) > 0; at += len) {
        klen = key_len(at, len);
        if (klen == want && memcmp(at, key, want) == 0) {
            snprintf(value, size, "%.*s",
                     (int)(len > klen ? len - klen - 1 : 0), at + klen + 1);
            there = true;
        } else if (klen == want + 3 && memcmp(at, "no-", 3) == 0 &&
                   memcmp(at + 3, key, want) == 0) {
            snprintf(value, size, "0");
            there = true;
        }
    }
    return there;
}

bool zp__option_off(const char *cmdline, const char *key)
{
    static const char *const words[] = { "0", "no", "off", "false",
                                         "disable" };
    char value[16];
    size_t i;

    if (!zp__option(cmdline, key, value, sizeof(value)))
        return false;
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i]) == 0)
            return true;
    }
    return false;
}

/* ---- the command line as it should be ---- */

struct line {
    char *buf;
    size_t len;
    size_t size;
};

static void add_word(struct line *line, const char *word, size_t len)
{
    size_t room = line->len < line->size ? line->size - line->len : 0;
    char *at = room ? line->buf + line->len : NULL;

    snprintf(at, room, "%s%.*s", line->len ? " " : "", (int)len, word);
    line->len += len + (line->len ? 1 : 0);
}

static bool wanted_of_xen(const struct zp_finding *f)
{
    return f->verdict == ZP_VERDICT_CHANGE && f->where == ZP_WHERE_GRUB;
}

/* Some finding names the option of this word. */
static bool replaced(const char *word, size_t len,
                     const struct zp_finding *findings, size_t nr)
{
    size_t klen = key_len(word, len), i;
    bool no = klen > 3 && memcmp(word, "no-", 3) == 0;

    for (i = 0; i < nr; i++) {
        const char *change = findings[i].change;
        size_t want = key_len(change, strlen(change));

        if (!wanted_of_xen(&findings[i]))
            continue;
        if (klen == want && memcmp(word, change, want) == 0)
            return true;
        if (no && klen - 3 == want && memcmp(word + 3, change, want) == 0)
            return true;
    }
    return false;
}

/* What GRUB's script puts in front of what was configured. */
static bool of_loader(const char *word, size_t len)
{
    static const char *const words[] = { "placeholder", "no-real-mode",
                                         "edd=off" };
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == len && memcmp(word, words[i], len) == 0)
            return true;
    }
    return false;
}

size_t zp_doctor_grub(const struct zp_setup *setup,
                      const struct zp_finding *findings, size_t nr, char *buf,
                      size_t size)
{
    struct line line = { buf, 0, size };
    const char *at = setup->xen_cmdline;
    bool any = false;
    size_t len, i;

    for (i = 0; i < nr; i++)
        any |= wanted_of_xen(&findings[i]);
    if (!any)
        return 0;
    for (; (len = word_at(&at)) > 0; at += len) {
        if (!of_loader(at, len) && !replaced(at, len, findings, nr))
            add_word(&line, at, len);
    }
    for (i = 0; i < nr; i++) {
        if (wanted_of_xen(&findings[i]))
            add_word(&line, findings[i].change, strlen(findings[i].change));
    }
    return line.len;
}

/* ---- running them ---- */

static size_t run(const struct zp__rule *rule, const struct zp__case *c,
                  struct zp_finding *out)
{
    size_t nr;

    for (nr = 0; rule[nr].name; nr++) {
        memset(&out[nr], 0, sizeof(out[nr]));
        out[nr].rule = rule[nr].name;
        out[nr].why = rule[nr].why;
        out[nr].where = rule[nr].where;
        out[nr].verdict = rule[nr].look(c, &out[nr]);
        if (!*out[nr].change)
            out[nr].where = ZP_WHERE_NONE;
    }
    return nr;
}

size_t zp_doctor_host(const struct zp_setup *setup,
                      const struct zp_topology *topo,
                      const struct zp_load *load,
                      struct zp_finding findings_out[ZP_MAX_FINDINGS])
{
    const struct zp__case c = { setup, topo, load, NULL };
    size_t nr = run(zp__host_rules, &c, findings_out);

    return nr + run(zp__dom0_rules, &c, findings_out + nr);
}

size_t zp_doctor_guest(const struct zp_guest_setup *setup,
                       struct zp_finding findings_out[ZP_MAX_FINDINGS])
{
    const struct zp__case c = { NULL, NULL, NULL, setup };

    return run(zp__guest_rules, &c, findings_out);
}

/* ---- what several rules ask of a topology ---- */

uint32_t zp__nr_pcpus(const struct zp_topology *topo)
{
    uint32_t pos, nr = 0;

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++)
        nr += zp_pcpuset_count(zp_topology_pcpus(topo, pos));
    return nr;
}

uint32_t zp__nr_sockets(const struct zp_topology *topo)
{
    uint32_t socket[ZP_MAX_PNODES * 2], nr = 0, pos, pcpu, i, id;

    for (pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
        const struct zp_pcpuset *set = zp_topology_pcpus(topo, pos);

        for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(set, pcpu + 1)) {
            id = zp_topology_socket(topo, pcpu);
            if (id == ZP_UNKNOWN_ID)
                return 0;
            for (i = 0; i < nr && socket[i] != id; i++)
                ;
            if (i == sizeof(socket) / sizeof(socket[0]))
                return 0;
            socket[i] = id;
            nr += i == nr;
        }
    }
    return nr;
}
