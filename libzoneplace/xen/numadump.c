/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages per node of a domain. Unmodified Xen tells them in one way only: the
 * debug key 'u' prints them into the console ring (dump_numa()).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "xen/xen.h"

/*
 * What Xen itself says on that line, behind its prefix and the time, if it
 * shows one; NULL for any other line. With guest_loglvl=all what guests write
 * goes into the same ring, each line with "(d3) " in front of it: they may say
 * what they like behind that.
 */
static const char *said_by_xen(const char *line)
{
    static const char prefix[] = "(XEN) ";

    if (strncmp(line, prefix, sizeof(prefix) - 1) != 0)
        return NULL;
    line += sizeof(prefix) - 1;
    if (*line != '[')
        return line;
    line += strcspn(line, "]\n");
    return strncmp(line, "] ", 2) == 0 ? line + 2 : NULL;
}

/* The beginning of the line behind that one; NULL: there is none. */
static const char *next_line(const char *line)
{
    const char *eol = strchr(line, '\n');

    return eol ? eol + 1 : NULL;
}

/* Behind "Domain 3 (total: " of Xen 4.17 or "d3 (total: " of later ones. An
 * earlier dump may still be in the text: the last one counts. */
static const char *find_head(const char *text, uint32_t domid)
{
    const char *line, *said, *last = NULL;
    char head[2][48];
    size_t i, len;

    snprintf(head[0], sizeof(head[0]), "Domain %u (total: ", domid);
    snprintf(head[1], sizeof(head[1]), "d%u (total: ", domid);
    for (line = text; line; line = next_line(line)) {
        said = said_by_xen(line);
        for (i = 0; said && i < 2; i++) {
            len = strlen(head[i]);
            if (strncmp(said, head[i], len) == 0)
                last = said + len;
        }
    }
    return last;
}

/* "    Node 3: 4096" */
static bool read_node(const char *said, unsigned *node, uint64_t *count)
{
    said += strspn(said, " ");
    return strncmp(said, "Node ", 5) == 0 &&
           sscanf(said, "Node %u: %" SCNu64, node, count) == 2;
}

int zp__numa_dump_parse(const char *text, uint32_t domid,
                        uint64_t pages_out[ZP_MAX_PNODES],
                        struct zp_error *err)
{
    uint64_t pages[ZP_MAX_PNODES] = { 0 }, total, sum = 0, count;
    const char *at = find_head(text, domid), *said;
    unsigned node;

    if (!at || sscanf(at, "%" SCNu64, &total) != 1)
        return zp__fail(err, ZP_ERR_NOTFOUND, NULL,
                        "Xen's ring has no page counts of domain %u", domid);
    while ((at = next_line(at)) != NULL && strchr(at, '\n')) {
        said = said_by_xen(at);
        if (!said)
            continue;
        if (!read_node(said, &node, &count))
            break;
        if (node >= ZP_MAX_PNODES)
            return zp__fail(err, ZP_ERR_RANGE, NULL, "node %u", node);
        pages[node] = count;
        sum += count;
    }
    if (sum != total)
        return zp__fail(err, ZP_ERR_NOTFOUND, NULL,
                        "Xen's ring has %" PRIu64 " of %" PRIu64
                        " pages of domain %u", sum, total, domid);
    memcpy(pages_out, pages, sizeof(pages));
    return ZP_OK;
}

/* The walk holds a lock for about a second per 64 GiB. */
#define MAX_WALK_KIB ((uint64_t)64 << 20)

int zp__walk_check(uint64_t kib, struct zp_error *err, const char *fmt, ...)
{
    char who[ZP_MAX_NAME + 16];
    va_list args;

    if (kib <= MAX_WALK_KIB)
        return ZP_OK;
    va_start(args, fmt);
    vsnprintf(who, sizeof(who), fmt, args);
    va_end(args);
    return zp__fail(err, ZP_ERR_UNSUPPORTED, "memory",
                    "%s %" PRIu64 " GiB: this Xen counts pages one by one "
                    "under a lock; --force does it above %u GiB", who,
                    kib >> 20, (unsigned)(MAX_WALK_KIB >> 20));
}

#define RING_STEP 16384

/* Adds what is new in the ring since *@index. Where that begins, and where
 * something is missing that was pushed out of the ring meanwhile, is amid a
 * line, which may be a guest's: it is no longer taken for the beginning of one
 * of Xen's. */
static int read_ring(struct zp_xen *xen, uint32_t *index,
                     struct zp__text *text, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *buf = malloc(RING_STEP);
    uint32_t before;
    unsigned nr;

    if (!buf)
        return zp__nomem(err);
    do {
        nr = RING_STEP;
        before = *index;
        if (xc_readconsolering(xen->xch, buf, &nr, 0, 1, index))
            return zp__fail(err, ZP_ERR_XEN, "xen",
                            "reading Xen's console ring failed");
        if (text && (!text->buf || *index - nr != before))
            zp__text_add(text, "\n...");
        if (text)
            zp__text_add(text, "%.*s", (int)nr, buf);
    } while (nr > 0);
    return ZP_OK;
}

int zp__numa_pages(struct zp_xen *xen, uint32_t domid,
                   uint64_t pages_out[ZP_MAX_PNODES], struct zp_error *err)
{
    static char key[] = "u";
    struct zp__text text = ZP__TEXT_INIT;
    uint32_t index = 0;
    unsigned tries;
    int rc;

    rc = read_ring(xen, &index, NULL, err);
    if (rc)
        return rc;
    for (tries = 0; tries < 300; tries++) {
        /* Others' output may push ours out of a small ring: press again. */
        if (tries % 100 == 0 && xc_send_debug_keys(xen->xch, key)) {
            rc = zp__fail(err, ZP_ERR_XEN, "xen",
                          "Xen refuses the debug key 'u'");
            break;
        }
        usleep(20 * 1000);
        rc = read_ring(xen, &index, &text, err);
        if (rc)
            break;
        rc = zp__numa_dump_parse(text.buf ? text.buf : "", domid, pages_out,
                                 err);
        if (rc != ZP_ERR_NOTFOUND)
            break;
    }
    zp__text_clear(&text);
    return rc;
}
