/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures of all hosts, with and without a zone: everything of the host is in
 * them, once and where it belongs; nothing overlaps, no text leaves its box.
 * The hosts are those of tests/golden/hosts and tests/data/hosts.
 */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zoneplace.h>

#include "oom.h"

#define EACH_SHAPE(s, pic, i) \
    for (i = 0; ((s) = zp_picture_shape((pic), (i))); i++)

static glob_t hosts;
static unsigned nr_read, nr_zones;   /* hosts read, zones drawn */

struct drawn {
    const char *path;
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp_plan plan;
    bool with_zone;
    struct zp_picture *pic;
};

/* False if the file is refused, as some are on purpose. */
static bool read_host(struct drawn *d, const char *path)
{
    static char buf[1 << 20];
    struct zp_error err;
    FILE *f = fopen(path, "r");
    size_t len;

    ck_assert_msg(f != NULL, "%s", path);
    len = fread(buf, 1, sizeof(buf), f);
    fclose(f);
    d->path = path;
    if (zp_host_from_json(buf, len, &d->topo, &d->load, &err))
        return false;
    nr_read++;
    return true;
}

static void place(struct drawn *d, uint32_t vcpus, uint32_t nr_vnodes)
{
    struct zp_request req;
    struct zp_error err;

    zp_request_init(&req);
    strcpy(req.name, "a<b>&\"c\"");
    req.vcpus = vcpus;
    req.mem_kib = 1024 * 1024;
    req.nr_vnodes = nr_vnodes;
    d->with_zone = !zp_place(d->topo, d->load, &req, &d->plan, &err);
}

static void draw(struct drawn *d, bool placed)
{
    struct zp_error err;

    ck_assert_msg(!zp_picture_new(d->topo, d->load,
                                  d->with_zone ? &d->plan : NULL, placed,
                                  &d->pic, &err), "%s", err.msg);
}

static void done(struct drawn *d)
{
    zp_picture_free(d->pic);
    zp_load_free(d->load);
    zp_topology_free(d->topo);
    memset(d, 0, sizeof(*d));
}

static bool is(const struct zp_shape *s, enum zp_shape_kind kind,
               const char *part)
{
    return s->kind == kind && !strcmp(s->part, part);
}

static bool overlap(const struct zp_shape *a, const struct zp_shape *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width &&
           a->y < b->y + b->height && b->y < a->y + a->height;
}

static bool inside(const struct zp_shape *in, const struct zp_shape *out)
{
    return in->x >= out->x && in->y >= out->y &&
           in->x + in->width <= out->x + out->width &&
           in->y + in->height <= out->y + out->height;
}

static void why(const struct drawn *d, const char *what,
                const struct zp_shape *a, const struct zp_shape *b)
{
    ck_abort_msg("%s: %s: %s %u \"%s\" %u,%u %ux%u and %s %u \"%s\" %u,%u "
                 "%ux%u", d->path, what, a->part, a->id, a->text, a->x, a->y,
                 a->width, a->height, b->part, b->id, b->text, b->x, b->y,
                 b->width, b->height);
}

/* Widths that the layout counts on, asked of what it counts with. */
uint32_t zp__text_width(const char *text, uint32_t size, bool bold);

static void check_in_page(const struct drawn *d)
{
    const struct zp_shape *s, *page = zp_picture_shape(d->pic, 0);
    uint32_t i;

    ck_assert_str_eq(page->part, "page");
    ck_assert_uint_eq(page->width, zp_picture_width(d->pic));
    ck_assert_uint_eq(page->height, zp_picture_height(d->pic));
    EACH_SHAPE(s, d->pic, i) {
        if (!inside(s, page))
            why(d, "not on the page", s, page);
        if (s->kind != ZP_SHAPE_TEXT)
            continue;
        if (zp__text_width(s->text, s->size, s->bold) > s->width ||
            s->size > s->height || s->baseline > s->y + s->height ||
            s->baseline < s->y + s->size * 7 / 10)
            why(d, "text leaves its box", s, s);
    }
    ck_assert_uint_eq(zp_picture_nr_shapes(d->pic), i);
}

/* Boxes that may hold other shapes; all else is solid. */
static bool holds_others(const struct zp_shape *s)
{
    static const char *const parts[] = { "page", "package", "node", "l3" };
    size_t i;

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (is(s, ZP_SHAPE_BOX, parts[i]))
            return true;
    }
    return false;
}

/* A bar and its pieces; a tag and its text. */
static bool belong_together(const struct zp_shape *a,
                            const struct zp_shape *b)
{
    return !strcmp(a->part, b->part) && (inside(a, b) || inside(b, a)) &&
           (a->kind != b->kind || !strcmp(a->part, "memory"));
}

static void check_overlaps(const struct drawn *d)
{
    const struct zp_shape *a, *b;
    uint32_t i, j;

    EACH_SHAPE(a, d->pic, i) {
        if (!strcmp(a->part, "page"))
            continue;
        for (j = i + 1; (b = zp_picture_shape(d->pic, j)); j++) {
            if (!overlap(a, b))
                continue;
            if (holds_others(a) && inside(b, a) &&
                (strcmp(a->part, b->part) || b->kind == ZP_SHAPE_TEXT))
                continue;
            if (!belong_together(a, b))
                why(d, "overlap", a, b);
        }
    }
}

static const struct zp_shape *find(const struct drawn *d,
                                   enum zp_shape_kind kind, const char *part,
                                   uint32_t id, uint32_t *nr_out)
{
    const struct zp_shape *s, *found = NULL;
    uint32_t i;

    *nr_out = 0;
    EACH_SHAPE(s, d->pic, i) {
        if (is(s, kind, part) && s->id == id) {
            found = s;
            ++*nr_out;
        }
    }
    return found;
}

/* vnode whose colour the pcpu has to have. */
static uint32_t vnode_of(const struct drawn *d, uint32_t pcpu)
{
    uint32_t i;

    for (i = 0; d->with_zone && i < d->plan.nr_vnodes; i++) {
        if (zp_pcpuset_has(&d->plan.vnode[i].pcpus, pcpu))
            return i;
    }
    return ZP_UNKNOWN_ID;
}

static void check_pcpus(const struct drawn *d)
{
    static uint8_t seen[ZP_MAX_PCPUS];
    const struct zp_shape *s, *node = NULL;
    uint32_t i, pos = 0, pcpu;

    memset(seen, 0, sizeof(seen));
    EACH_SHAPE(s, d->pic, i) {
        if (is(s, ZP_SHAPE_BOX, "node")) {
            node = s;
            pos = zp_topology_pos(d->topo, s->id);
        }
        if (!is(s, ZP_SHAPE_BOX, "pcpu"))
            continue;
        ck_assert_ptr_nonnull(node);
        if (!inside(s, node))
            why(d, "pcpu outside of its node", s, node);
        ck_assert(zp_pcpuset_has(zp_topology_pcpus(d->topo, pos), s->id));
        ck_assert_uint_eq(s->to, vnode_of(d, s->id));
        ck_assert_uint_eq(seen[s->id]++, 0);
    }
    for (pos = 0; pos < zp_topology_nr_pnodes(d->topo); pos++) {
        const struct zp_pcpuset *set = zp_topology_pcpus(d->topo, pos);

        for (pcpu = zp_pcpuset_next(set, 0); pcpu != ZP_UNKNOWN_ID;
             pcpu = zp_pcpuset_next(set, pcpu + 1))
            ck_assert_uint_eq(seen[pcpu], 1);
    }
}

static void check_nodes(const struct drawn *d)
{
    uint32_t pos, nr, i, packages;
    const struct zp_shape *node, *s;

    for (pos = 0; pos < zp_topology_nr_pnodes(d->topo); pos++) {
        node = find(d, ZP_SHAPE_BOX, "node", zp_topology_os_id(d->topo, pos),
                    &nr);
        ck_assert_uint_eq(nr, 1);
        packages = 0;
        EACH_SHAPE(s, d->pic, i)
            packages += is(s, ZP_SHAPE_BOX, "package") && inside(node, s);
        ck_assert_uint_eq(packages, 1);
        find(d, ZP_SHAPE_BOX, "memory", node->id, &nr);
        ck_assert((nr > 0) ==
                  (zp_topology_mem_kib(d->topo, pos) != ZP_UNKNOWN_KIB &&
                   zp_topology_mem_kib(d->topo, pos) > 0));
    }
    for (i = 0; i < zp_topology_nr_l3(d->topo); i++) {
        find(d, ZP_SHAPE_BOX, "l3", i, &nr);
        ck_assert_uint_ge(nr, 1);
    }
    for (i = 0; d->with_zone && i < d->plan.nr_vnodes; i++) {
        find(d, ZP_SHAPE_BOX, "vnode", i, &nr);
        ck_assert_uint_eq(nr, 2);        /* at its node, in the legend */
    }
}

static void check_distances(const struct drawn *d)
{
    const struct zp_shape *s;
    uint32_t i, nr = zp_topology_nr_pnodes(d->topo), cells = 0;
    uint32_t dist, colour[256] = { 0 };
    char text[16];

    EACH_SHAPE(s, d->pic, i) {
        if (!is(s, ZP_SHAPE_BOX, "distance"))
            continue;
        cells++;
        dist = zp_topology_distance(d->topo, zp_topology_pos(d->topo, s->id),
                                    zp_topology_pos(d->topo, s->to));
        snprintf(text, sizeof(text), dist == ZP_DIST_UNREACHABLE ? "-" : "%u",
                 dist);
        ck_assert_str_eq(zp_picture_shape(d->pic, i + 1)->text, text);
        /* one colour a distance */
        if (!colour[dist])
            colour[dist] = s->fill + 1;
        ck_assert_uint_eq(colour[dist], s->fill + 1);
    }
    ck_assert_uint_eq(cells, nr * nr);
}

static void check_all(const struct drawn *d)
{
    check_in_page(d);
    check_overlaps(d);
    check_nodes(d);
    check_pcpus(d);
    check_distances(d);
}

START_TEST(test_host)
{
    struct drawn d = { 0 };

    if (!read_host(&d, hosts.gl_pathv[_i]))
        return;
    draw(&d, false);
    check_all(&d);
    done(&d);
}
END_TEST

/* Zones of several widths, on hosts that have them. */
START_TEST(test_zone)
{
    static const uint32_t wanted[] = { 1, 2, 8, 32 };
    struct drawn d = { 0 };
    size_t i;

    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (!read_host(&d, hosts.gl_pathv[_i]))
            return;
        place(&d, wanted[i], wanted[i]);
        if (d.with_zone) {
            draw(&d, i % 2);
            check_all(&d);
            nr_zones++;
        }
        done(&d);
    }
}
END_TEST

START_TEST(test_enough)
{
    ck_assert_uint_ge(nr_read, 15);
    ck_assert_uint_ge(nr_zones, 20);
}
END_TEST

/* A zone that runs has its memory among what is used: the bar says so. */
START_TEST(test_placed)
{
    struct zp_plan plan = { .nr_vnodes = 1 };
    uint64_t mem_kib;
    struct drawn d = { 0 };
    const struct zp_shape *s, *bar = NULL;
    uint32_t i, end = 0;

    ck_assert(read_host(&d, hosts.gl_pathv[0]));
    mem_kib = zp_topology_mem_kib(d.topo, 0);
    plan.vnode[0].pnode_os_id = zp_topology_os_id(d.topo, 0);
    plan.vnode[0].mem_kib = mem_kib / 2;
    d.plan = plan;
    d.with_zone = true;
    ck_assert(!zp_load_set_free(d.load, 0, mem_kib / 4, NULL));
    draw(&d, true);
    EACH_SHAPE(s, d.pic, i) {
        if (!is(s, ZP_SHAPE_BOX, "memory") || s->id != plan.vnode[0].pnode_os_id)
            continue;
        if (!bar) {
            bar = s;
        } else if (s->to == 0) {
            end = s->x + s->width - bar->x;
            ck_assert_uint_le(s->width, bar->width / 2 + 1);
            ck_assert_uint_ge(s->width + 3, bar->width / 2);
        }
    }
    /* used by others to 1/4, the zone's to 3/4, free from there */
    ck_assert_uint_le(end, bar->width * 3 / 4 + 2);
    ck_assert_uint_ge(end, bar->width * 3 / 4 - 2);
    done(&d);
}
END_TEST

START_TEST(test_refused)
{
    struct zp_plan plan = { .nr_vnodes = 1 };
    struct zp_picture *pic = NULL;
    struct drawn d = { 0 };
    struct zp_error err;

    ck_assert(read_host(&d, hosts.gl_pathv[0]));
    plan.vnode[0].pnode = zp_topology_nr_pnodes(d.topo);
    ck_assert_int_eq(zp_picture_new(d.topo, d.load, &plan, false, &pic, &err),
                     ZP_ERR_INVAL);
    plan.vnode[0].pnode = 0;
    plan.vnode[0].pnode_os_id = 12345;
    ck_assert_int_eq(zp_picture_new(d.topo, d.load, &plan, false, &pic, &err),
                     ZP_ERR_INVAL);
    plan.nr_vnodes = ZP_MAX_VNODES + 1;
    ck_assert_int_eq(zp_picture_new(d.topo, d.load, &plan, false, &pic, &err),
                     ZP_ERR_INVAL);
    ck_assert_ptr_null(pic);
    done(&d);
}
END_TEST

/* Names are whatever a file says: the SVG stays XML, and UTF-8. */
START_TEST(test_names)
{
    static const struct { const char *name, *in; } names[] = {
        { "a<b>&\"c\"", "a&#60;b&#62;&#38;&#34;c&#34;" },
        { "h\xc3\xb6st", "h\xc3\xb6st" },
        { "\xe2\x82\xac\xf0\x9f\x98\x80", "\xe2\x82\xac\xf0\x9f\x98\x80" },
        { "a\xff\xc3" "b", "a??b" },                 /* no UTF-8 */
        { "x\xed\xa0\x80y", "x???y" },               /* a surrogate */
        { "x\xef\xbf\xbfy", "x???y" },               /* not XML */
        { "x\xc0\xafy", "x??y" },                    /* overlong */
    };
    struct drawn d = { 0 };
    char *svg = NULL;
    struct zp_error err;

    ck_assert(read_host(&d, hosts.gl_pathv[0]));
    place(&d, 1, 1);
    ck_assert(d.with_zone);
    snprintf(d.plan.name, sizeof(d.plan.name), "%s", names[_i].name);
    draw(&d, false);
    ck_assert_int_eq(zp_picture_to_svg(d.pic, &svg, &err), 0);
    ck_assert_msg(strstr(svg, names[_i].in) != NULL, "%s", names[_i].in);
    free(svg);
    done(&d);
}
END_TEST

START_TEST(test_out_of_memory)
{
    struct drawn d = { 0 };
    struct zp_picture *pic;
    struct zp_error err;
    bool failed = true;
    char *svg;
    long nth;
    int rc;

    ck_assert(read_host(&d, hosts.gl_pathv[0]));
    place(&d, 1, 1);
    for (nth = 0; failed; nth++) {
        pic = NULL;
        svg = NULL;
        oom_arm(nth);
        rc = zp_picture_new(d.topo, d.load, &d.plan, false, &pic, &err);
        if (!rc)
            rc = zp_picture_to_svg(pic, &svg, &err);
        failed = oom_disarm();
        ck_assert_int_eq(rc, failed ? ZP_ERR_NOMEM : 0);
        ck_assert((svg != NULL) == !failed);
        zp_picture_free(pic);
        free(svg);
    }
    ck_assert_int_gt(nth, 5);
    done(&d);
}
END_TEST

int main(void)
{
    const char *top = getenv("top_srcdir");
    Suite *suite = suite_create("picture");
    TCase *tc = tcase_create("picture");
    SRunner *runner;
    char pattern[4096];
    int failed;

    snprintf(pattern, sizeof(pattern), "%s/tests/golden/hosts/*.json",
             top ? top : ".");
    glob(pattern, 0, NULL, &hosts);
    snprintf(pattern, sizeof(pattern), "%s/tests/data/hosts/*.json",
             top ? top : ".");
    glob(pattern, GLOB_APPEND, NULL, &hosts);
    if (hosts.gl_pathc < 10) {
        fprintf(stderr, "check_picture: no hosts below %s\n", pattern);
        return 1;
    }
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, test_host, 0, (int)hosts.gl_pathc);
    tcase_add_loop_test(tc, test_zone, 0, (int)hosts.gl_pathc);
    tcase_add_test(tc, test_enough);
    tcase_add_test(tc, test_placed);
    tcase_add_test(tc, test_refused);
    tcase_add_loop_test(tc, test_names, 0, 7);
    tcase_add_test(tc, test_out_of_memory);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);  /* counts are kept */
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    globfree(&hosts);
    return failed > 0;
}
