/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zonectl density --html FILE: one page that needs nothing else. It is XHTML,
 * so a reader of XML can check it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "chart.h"
#include "density.h"
#include "xml-out.h"

typedef unsigned long long ull;

enum { MAX_ROWS = 200 };

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;color:#1c2733;max-width:960px;"
    "margin:2em auto;padding:0 1em}h1{font-size:1.5em;margin-bottom:.2em}"
    "h2{font-size:1.15em;margin:1.8em 0 .4em;border-bottom:1px solid #d5dce3}"
    "p,td,th{margin:.3em 0}.note{color:#5b6875;font-size:.9em}"
    "table{border-collapse:collapse;font-size:.92em}"
    "td,th{padding:.2em .8em .2em 0;text-align:left;vertical-align:top}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "tr+tr td{border-top:1px solid #e8edf1}svg{display:block;max-width:100%;"
    "height:auto;margin:.4em 0}svg text{font:13px system-ui,sans-serif;"
    "fill:#1c2733}svg text.small{font-size:12px;fill:#41505e}"
    "svg text.light{fill:#fff}.bar{fill:#9db8d3}.bar.strong{fill:#2171b5}"
    ".mark{fill:#b2182b}.grid{fill:#dfe5ea}.area{fill:#6baed6;"
    "fill-opacity:.45;stroke:#2171b5;stroke-width:1.5}rect.none{fill:#eee}";

static void heading(struct xml *xml, const char *what)
{
    xml_leaf(xml, "h2", "%s", what);
}

static void note(struct xml *xml, const char *what)
{
    xml_open(xml, "p");
    xml_attr(xml, "class", "note");
    xml_text(xml, "%s", what);
    xml_close(xml);
}

static void cell(struct xml *xml, const char *name, bool number,
                 const char *what)
{
    xml_open(xml, name);
    if (number)
        xml_attr(xml, "class", "n");
    xml_text(xml, "%s", what);
    xml_close(xml);
}

/* A heading cell each; a name that begins with '#' is of numbers. */
static void head_row(struct xml *xml, const char *const names[])
{
    xml_open(xml, "tr");
    for (; *names; names++)
        cell(xml, "th", **names == '#', *names + (**names == '#'));
    xml_close(xml);
}

static void number_cell(struct xml *xml, uint64_t value)
{
    char words[24];

    snprintf(words, sizeof(words), "%llu", (ull)value);
    cell(xml, "td", true, words);
}

static void kib_cell(struct xml *xml, uint64_t kib)
{
    struct spool words CLEANUP(spool_clear) = { 0 };

    add_kib(&words, kib);
    cell(xml, "td", true, words.buf);
}

static void percent_cell(struct xml *xml, uint64_t part, uint64_t all)
{
    struct spool words CLEANUP(spool_clear) = { 0 };

    add_percent(&words, part, all);
    cell(xml, "td", true, words.buf);
}

static void spread_cell(struct xml *xml, uint32_t spread)
{
    struct spool words CLEANUP(spool_clear) = { 0 };

    add_spread(&words, spread);
    cell(xml, "td", true, words.buf);
}

static const char *name_of(const struct zp_topology *topo)
{
    return *zp_topology_name(topo) ? zp_topology_name(topo) : "host";
}

static void open_page(const struct density *d, struct xml *xml,
                      const char *title)
{
    struct spool rule CLEANUP(spool_clear) = { 0 };

    xml_open(xml, "html");
    xml_attr(xml, "xmlns", "http://www.w3.org/1999/xhtml");
    xml_attr(xml, "lang", "en");
    xml_open(xml, "head");
    xml_open(xml, "meta");
    xml_attr(xml, "charset", "utf-8");
    xml_close(xml);
    xml_leaf(xml, "title", "%s", title);
    xml_leaf(xml, "style", "%s", style);
    xml_close(xml);
    xml_open(xml, "body");
    xml_leaf(xml, "h1", "%s", title);
    add_rule(&rule, &d->base);
    xml_open(xml, "p");
    xml_text(xml, "Rule: %s.", rule.buf);
    if (!d->trace)
        xml_text(xml, " Seed %llu.", (ull)d->seed);
    xml_close(xml);
}

static void close_page(struct xml *xml)
{
    note(xml, "Made by zonectl density; zonectl(1) says what the words mean.");
    xml_close(xml);
    xml_close(xml);
}

static void hosts(const struct density *d, struct xml *xml)
{
    static const char *const names[] = { "#hosts", "kind", "#pnodes",
                                         "#pcpus", "#memory each", NULL };
    uint32_t nr = zp_fleet_nr_kinds(d->fleet);

    heading(xml, "Hosts");
    xml_open(xml, "table");
    head_row(xml, names);
    for (uint32_t kind = 0; kind < nr && kind < MAX_ROWS; kind++) {
        const struct zp_topology *topo = zp_fleet_topology(d->fleet, kind);
        uint64_t kib = 0, pcpus = 0, size;

        for (uint32_t pos = 0; pos < zp_topology_nr_pnodes(topo); pos++) {
            size = zp_topology_mem_kib(topo, pos);
            kib += size == ZP_UNKNOWN_KIB ? 0 : size;
            pcpus += zp_pcpuset_count(zp_topology_pcpus(topo, pos));
        }
        xml_open(xml, "tr");
        number_cell(xml, zp_fleet_count(d->fleet, kind));
        cell(xml, "td", false, name_of(topo));
        number_cell(xml, zp_topology_nr_pnodes(topo));
        number_cell(xml, pcpus);
        kib_cell(xml, kib);
        xml_close(xml);
    }
    xml_close(xml);
    if (nr > MAX_ROWS)
        note(xml, "The first 200 kinds; JSON and CSV have all.");
}

static void usage_row(struct xml *xml, const char *when,
                      const struct zp_usage *usage, uint64_t capacity_kib)
{
    xml_open(xml, "tr");
    cell(xml, "td", false, when);
    number_cell(xml, usage->zones);
    percent_cell(xml, usage->charged_kib, capacity_kib);
    percent_cell(xml, usage->local_pairs, usage->pairs);
    kib_cell(xml, usage->spilled_kib);
    number_cell(xml, usage->split);
    xml_close(xml);
}

static const char *const usage_names[] = { "", "#zones", "#memory in use",
                                           "#local", "#spilled",
                                           "#on several nodes", NULL };

static void bar_text(struct bar *bar, uint64_t best, bool known)
{
    struct spool share CLEANUP(spool_clear) = { 0 };

    if (!known) {
        snprintf(bar->text, sizeof(bar->text), "%llu", (ull)bar->value);
        return;
    }
    add_percent(&share, bar->value, best);
    snprintf(bar->text, sizeof(bar->text), "%llu (%s of the bound)",
             (ull)bar->value, share.buf);
}

static void optimum(const struct outcome *o, struct xml *xml)
{
    const struct optimum *best = &o->optimum;
    struct bar bars[3] = {
        { .label = "this rule", .strong = true },
        { .label = "known to fit" },
        { .label = "no packing exceeds" },
    };

    heading(xml, "Zones before the first refusal, and what is possible");
    bars[0].value = o->fill->first_refusal;
    bars[1].value = best->prefix;
    bars[2].value = best->prefix_bound;
    for (size_t i = 0; i < 3; i++)
        bar_text(&bars[i], best->prefix_bound, best->known && i < 2);
    chart_bars(xml, bars, best->known ? 3 : 1);
    xml_open(xml, "p");
    xml_attr(xml, "class", "note");
    if (!best->known)
        xml_text(xml, "The optimum is not known: %s.", best->why_not);
    else if (best->prefix == best->prefix_bound)
        xml_text(xml, "The optimum of this sequence is proven.");
    else
        xml_text(xml, "Between the last two nothing is proven.");
    xml_close(xml);
}

static void policies(const struct density *d, struct xml *xml)
{
    static const char *const names[] = { "rule", "#first refusal", "#placed",
                                         "#memory", "#local", "#spilled",
                                         "#spread at 50 %", NULL };
    struct bar *bars = calloc(d->nr_outcomes, sizeof(*bars));

    heading(xml, "Density by rule");
    note(xml, "Zones of the same sequence before the first refusal; the line "
         "is what no packing exceeds under that rule's requests.");
    for (size_t i = 0; bars && i < d->nr_outcomes; i++) {
        const struct outcome *o = &d->outcome[i];

        snprintf(bars[i].label, sizeof(bars[i].label), "%s", o->name);
        bars[i].value = o->fill->first_refusal;
        bars[i].mark = o->optimum.known ? o->optimum.prefix_bound : 0;
        bars[i].strong = !i;
        bar_text(&bars[i], o->optimum.prefix_bound, o->optimum.known);
    }
    if (bars)
        chart_bars(xml, bars, d->nr_outcomes);
    free(bars);
    xml_open(xml, "table");
    head_row(xml, names);
    for (size_t i = 0; i < d->nr_outcomes; i++) {
        const struct zp_fill *fill = d->outcome[i].fill;

        xml_open(xml, "tr");
        cell(xml, "td", false, d->outcome[i].name);
        number_cell(xml, fill->first_refusal);
        number_cell(xml, fill->placed);
        percent_cell(xml, fill->at_first.charged_kib, fill->capacity_kib);
        percent_cell(xml, fill->at_first.local_pairs, fill->at_first.pairs);
        kib_cell(xml, fill->at_first.spilled_kib);
        spread_cell(xml, fill->spread[1]);
        xml_close(xml);
    }
    xml_close(xml);
}

static void shapes(const struct density *d, struct xml *xml)
{
    static const char *const names[] = { "shape", "#vcpus", "#memory",
                                         "#weight", "#placed", NULL };
    uint32_t nr = zp_mix_nr(d->mix);

    heading(xml, "Shapes");
    xml_open(xml, "table");
    head_row(xml, names);
    for (uint32_t i = 0; i < nr && i < MAX_ROWS; i++) {
        const struct zp_request *req = zp_mix_request(d->mix, i);

        xml_open(xml, "tr");
        cell(xml, "td", false, *req->name ? req->name : "-");
        number_cell(xml, req->max_vcpus ? req->max_vcpus : req->vcpus);
        kib_cell(xml, req->mem_kib);
        number_cell(xml, zp_mix_weight(d->mix, i));
        number_cell(xml, d->outcome[0].fill->nr_of[i]);
        xml_close(xml);
    }
    xml_close(xml);
}

static void heats(const struct density *d, struct xml *xml)
{
    char what[128];

    heading(xml, "Nodes at the end");
    note(xml, "Per cent of a node's memory that is in use, and vcpus per "
         "hundred pcpus; red is above 100. The fullest host is at the top.");
    for (size_t i = 0; i < d->nr_heats; i++) {
        const struct density_heat *heat = &d->heat[i];
        const struct zp_topology *topo = zp_fleet_topology(d->fleet,
                                                           heat->kind);

        snprintf(what, sizeof(what), "%s: memory", name_of(topo));
        xml_leaf(xml, "p", "%s", what);
        chart_heat(xml, &heat->memory, what);
        snprintf(what, sizeof(what), "%s: vcpus", name_of(topo));
        xml_leaf(xml, "p", "%s", what);
        chart_heat(xml, &heat->vcpus, what);
    }
    if (d->nr_heats < zp_fleet_nr_kinds(d->fleet))
        note(xml, "The first kinds of hosts only.");
}

static void stranded(const struct density *d, const struct outcome *o,
                     struct xml *xml)
{
    static const char *const names[] = { "host", "#pnode", "lost by",
                                         "#hosts", "#memory", "#pcpus", NULL };
    static const char *const reasons[] = { "still of use", "short of memory",
                                           "short of vcpus", "short of both" };
    struct bar bars[4] = { { .value = 0 } };
    struct spool size CLEANUP(spool_clear) = { 0 };
    size_t i;

    heading(xml, "Free memory, and what it is stranded by");
    for (i = 0; i < o->nr_stranded; i++)
        bars[o->stranded[i].by].value += o->stranded[i].mem_kib;
    for (i = 0; i < 4; i++) {
        snprintf(bars[i].label, sizeof(bars[i].label), "%s", reasons[i]);
        size.len = 0;
        add_kib(&size, bars[i].value);
        snprintf(bars[i].text, sizeof(bars[i].text), "%s", size.buf);
        bars[i].strong = i > 0;
    }
    chart_bars(xml, bars, 4);
    xml_open(xml, "table");
    head_row(xml, names);
    for (i = 0; i < o->nr_stranded && i < MAX_ROWS; i++) {
        const struct zp_stranded *row = &o->stranded[i];
        const struct zp_topology *topo = zp_fleet_topology(d->fleet,
                                                           row->kind);

        xml_open(xml, "tr");
        cell(xml, "td", false, name_of(topo));
        number_cell(xml, zp_topology_os_id(topo, row->pos));
        cell(xml, "td", false, stranded_word(row->by));
        number_cell(xml, row->hosts);
        kib_cell(xml, row->mem_kib);
        number_cell(xml, row->pcpus);
        xml_close(xml);
    }
    xml_close(xml);
    if (o->nr_stranded > MAX_ROWS)
        note(xml, "The first 200 rows; JSON and CSV have all.");
}

static int finish(struct density *d, struct xml *xml, struct zp_error *err)
{
    struct spool page CLEANUP(spool_clear) = { 0 };
    int rc;

    close_page(xml);
    rc = xml_end(xml, "<!DOCTYPE html>\n", &page, err);
    return rc ? rc : write_file(given(d->ctl, OPT_HTML), page.buf, page.len,
                                err);
}

int report_fill(struct density *d, struct zp_error *err)
{
    const struct zp_fill *fill = d->outcome[0].fill;
    struct xml *xml;
    int rc = xml_begin(&xml, err);

    if (rc)
        return rc;
    open_page(d, xml, "How many zones fit");
    xml_open(xml, "table");
    head_row(xml, usage_names);
    usage_row(xml, "until the first refusal", &fill->at_first,
              fill->capacity_kib);
    usage_row(xml, "until nothing fits", &fill->at_end, fill->capacity_kib);
    xml_close(xml);
    xml_leaf(xml, "p", "First refused: %s (%s).",
             zp_mix_request(d->mix, fill->refused_shape)->name,
             fill->refusal.msg);
    optimum(&d->outcome[0], xml);
    if (d->nr_outcomes > 1)
        policies(d, xml);
    heats(d, xml);
    stranded(d, &d->outcome[0], xml);
    shapes(d, xml);
    hosts(d, xml);
    return finish(d, xml, err);
}

static void causes(const struct zp_replay *r, struct xml *xml)
{
    struct bar bars[ZP_MAX_CAUSES] = { { .value = 0 } };

    if (!r->nr_causes)
        return;
    heading(xml, "Refusals by what was short");
    for (uint32_t i = 0; i < r->nr_causes; i++) {
        snprintf(bars[i].label, sizeof(bars[i].label), "%s",
                 r->cause[i].limit);
        bars[i].value = r->cause[i].nr;
        bar_text(&bars[i], 0, false);
    }
    chart_bars(xml, bars, r->nr_causes);
}

static void over_time(const struct zp_replay *r, struct xml *xml)
{
    struct line_point *line = calloc(r->nr_points + 1, sizeof(*line));
    uint64_t zones = 1, refused = 1;
    uint32_t i;

    for (i = 0; line && i < r->nr_points; i++) {
        zones = r->point[i].zones > zones ? r->point[i].zones : zones;
        refused = r->point[i].refused > refused ? r->point[i].refused
                                                : refused;
        line[i].x = r->point[i].time_ms;
        line[i].y = r->point[i].charged_kib;
    }
    if (!line)
        return;
    heading(xml, "Memory in use over time");
    chart_line(xml, line, r->nr_points, r->capacity_kib, true);
    heading(xml, "Zones over time");
    for (i = 0; i < r->nr_points; i++)
        line[i].y = r->point[i].zones;
    chart_line(xml, line, r->nr_points, zones, false);
    heading(xml, "Refusals so far");
    for (i = 0; i < r->nr_points; i++)
        line[i].y = r->point[i].refused;
    chart_line(xml, line, r->nr_points, refused, false);
    heading(xml, "Spread of load over time");
    note(xml, "How much fuller the fullest node of a host is than its "
         "emptiest, on average over hosts with a zone.");
    for (i = 0; i < r->nr_points; i++)
        line[i].y = r->point[i].spread;
    chart_line(xml, line, r->nr_points, 1000, true);
    free(line);
}

int report_replay(struct density *d, const struct outcome *o,
                  const struct zp_replay *r, struct zp_error *err)
{
    struct xml *xml;
    int rc = xml_begin(&xml, err);

    if (rc)
        return rc;
    open_page(d, xml, "A replay of arrivals and departures");
    xml_leaf(xml, "p", "%u arrivals: %llu placed, %llu refused, %llu of these "
             "although enough was free in sum. Memory in use over time: "
             "%u.%u %% on average.", zp_trace_nr(d->trace), (ull)r->placed,
             (ull)r->refused, (ull)r->fragmented, r->mean_used / 10,
             r->mean_used % 10);
    xml_open(xml, "table");
    head_row(xml, usage_names);
    usage_row(xml, "at the peak", &r->at_peak, r->capacity_kib);
    xml_close(xml);
    over_time(r, xml);
    causes(r, xml);
    heats(d, xml);
    stranded(d, o, xml);
    hosts(d, xml);
    return finish(d, xml, err);
}

int report_more(struct density *d, const struct more_row *row, size_t nr,
                struct zp_error *err)
{
    static const char *const names[] = { "host", "#hosts", "shape", "#more",
                                         "#local", "#spilled", "#spread",
                                         "not one more", NULL };
    struct spool size CLEANUP(spool_clear) = { 0 };
    struct bar bars[ZP_MAX_PNODES];
    struct xml *xml;
    int rc = xml_begin(&xml, err);

    if (rc)
        return rc;
    open_page(d, xml, "How many more zones fit");
    xml_open(xml, "table");
    head_row(xml, names);
    for (size_t i = 0; i < nr; i++) {
        const struct zp_request *req = zp_mix_request(d->mix, row[i].shape);

        xml_open(xml, "tr");
        cell(xml, "td", false, name_of(zp_fleet_topology(d->fleet,
                                                         row[i].kind)));
        number_cell(xml, zp_fleet_count(d->fleet, row[i].kind));
        cell(xml, "td", false, *req->name ? req->name : "-");
        number_cell(xml, row[i].more.zones);
        percent_cell(xml, row[i].more.usage.local_pairs,
                     row[i].more.usage.pairs);
        kib_cell(xml, row[i].more.usage.spilled_kib);
        spread_cell(xml, row[i].more.spread);
        cell(xml, "td", false, row[i].more.refusal.msg);
        xml_close(xml);
    }
    xml_close(xml);
    for (size_t i = 0; i < nr && i < MAX_ROWS / 8; i++) {
        const struct zp_topology *topo = zp_fleet_topology(d->fleet,
                                                           row[i].kind);
        uint32_t pnodes = zp_topology_nr_pnodes(topo);
        const struct zp_request *req = zp_mix_request(d->mix, row[i].shape);

        xml_leaf(xml, "h2", "%s: %s, if a node were alone", name_of(topo),
                 *req->name ? req->name : "zones");
        note(xml, "And what is stranded on it when no more fits on the host.");
        for (uint32_t pos = 0; pos < pnodes; pos++) {
            bars[pos] = (struct bar){ .value = row[i].more.alone[pos] };
            snprintf(bars[pos].label, sizeof(bars[pos].label), "pnode %u",
                     zp_topology_os_id(topo, pos));
            size.len = 0;
            add_kib(&size, row[i].more.left[pos].mem_kib);
            snprintf(bars[pos].text, sizeof(bars[pos].text),
                     "%llu; %s is left, by %s", (ull)bars[pos].value,
                     size.buf, stranded_word(row[i].more.left[pos].by));
        }
        chart_bars(xml, bars, pnodes);
    }
    hosts(d, xml);
    return finish(d, xml, err);
}
