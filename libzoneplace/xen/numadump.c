/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages per node of a domain. Unmodified Xen tells them in one way only: the
 * debug key 'u' prints them into the console ring (dump_numa()).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "xen/xen.h"

/* Behind "Domain 3 (total: " of Xen 4.17 or "d3 (total: " of later ones. */
static const char *find_head(const char *text, uint32_t domid)
{
    const char *found, *last = NULL;
    char head[48];
    int later;

    /* An earlier dump may still be in the text: the last one counts. */
    for (later = 0; later < 2; later++) {
        if (!later)
            snprintf(head, sizeof(head), "Domain %u (total: ", domid);
        else
            snprintf(head, sizeof(head), " d%u (total: ", domid);
        for (found = strstr(text, head); found;
             found = strstr(found + 1, head)) {
            if (!last || found + strlen(head) > last)
                last = found + strlen(head);
        }
    }
    return last;
}

int zp__numa_dump_parse(const char *text, uint32_t domid,
                        uint64_t pages_out[ZP_MAX_PNODES],
                        struct zp_error *err)
{
    uint64_t pages[ZP_MAX_PNODES] = { 0 }, total, sum = 0, count;
    const char *at = find_head(text, domid), *eol, *word;
    unsigned node;

    if (!at || sscanf(at, "%" SCNu64, &total) != 1)
        return zp__fail(err, ZP_ERR_NOTFOUND, NULL,
                        "Xen's ring has no page counts of domain %u", domid);
    while ((eol = strchr(at, '\n')) != NULL) {
        at = eol + 1;
        word = strstr(at, "Node ");
        eol = strchr(at, '\n');
        if (!word || !eol || word > eol ||
            sscanf(word, "Node %u: %" SCNu64, &node, &count) != 2)
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

#define RING_STEP 16384

/* Adds what is new in the ring since *@index. */
static int read_ring(struct zp_xen *xen, uint32_t *index,
                     struct zp__text *text, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *buf = malloc(RING_STEP);
    unsigned nr;

    if (!buf)
        return zp__nomem(err);
    do {
        nr = RING_STEP;
        if (xc_readconsolering(xen->xch, buf, &nr, 0, 1, index))
            return zp__fail(err, ZP_ERR_XEN, "xen",
                            "reading Xen's console ring failed");
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
