/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl host --doctor: what is set up well, and what to change. */
#include <stdlib.h>
#include <string.h>

#include "zonectl.h"

enum { MARGIN = 27, WIDTH = 80 };

struct diagnosis {
    struct zp_finding finding[ZP_MAX_FINDINGS];
    size_t nr;
    char grub[4096];              /* "" if Xen's line may stay */
};

static size_t count(const struct diagnosis *d, enum zp_verdict verdict)
{
    size_t nr = 0;

    for (size_t i = 0; i < d->nr; i++)
        nr += d->finding[i].verdict == verdict;
    return nr;
}

/* ---- text ---- */

/* Words of @text from the margin on; the cursor stands there. */
static void add_wrapped(struct spool *out, const char *text)
{
    size_t column = MARGIN;

    while (*text) {
        size_t len = strcspn(text, " ");

        if (column > MARGIN && column + 1 + len > WIDTH) {
            spool_add(out, "\n%*s", MARGIN, "");
            column = MARGIN;
        } else if (column > MARGIN) {
            spool_bytes(out, " ", 1);
            column++;
        }
        spool_bytes(out, text, len);
        column += len;
        text += len + (text[len] == ' ');
    }
    spool_bytes(out, "\n", 1);
}

static void add_labelled(struct spool *out, const char *label,
                         const char *text)
{
    struct spool line CLEANUP(spool_clear) = { 0 };

    spool_add(&line, "%s %s", label, text);
    spool_add(out, "%*s", MARGIN, "");
    add_wrapped(out, line.buf);
}

/* What is well needs no reason. */
static void add_finding(struct spool *out, const struct zp_finding *f)
{
    spool_add(out, "%-8s %-17s ", zp_verdict_name(f->verdict), f->rule);
    add_wrapped(out, f->found);
    if (*f->change) {
        add_labelled(out, f->verdict == ZP_VERDICT_CHANGE ? "do:" : "look:",
                     f->change);
        if (f->where != ZP_WHERE_NONE)
            add_labelled(out, "in:", zp_where_name(f->where));
    }
    if (f->verdict == ZP_VERDICT_CHANGE || *f->change)
        add_labelled(out, "why:", f->why);
}

static void add_text(struct spool *out, const struct diagnosis *d)
{
    for (size_t i = 0; i < d->nr; i++)
        add_finding(out, &d->finding[i]);
    spool_add(out, "\n%zu to change, %zu unknown, %zu ok\n",
              count(d, ZP_VERDICT_CHANGE), count(d, ZP_VERDICT_UNKNOWN),
              count(d, ZP_VERDICT_OK));
    if (*d->grub)
        spool_add(out, "Xen's line in /etc/default/grub, for update-grub and "
                  "the next boot:\nGRUB_CMDLINE_XEN_DEFAULT=\"%s\"\n",
                  d->grub);
}

/* ---- JSON ---- */

static void add_findings_json(struct spool *out, const struct diagnosis *d)
{
    spool_add(out, "\"findings\": [");
    for (size_t i = 0; i < d->nr; i++) {
        const struct zp_finding *f = &d->finding[i];

        spool_add(out, "%s\n    {\"rule\": \"%s\", \"verdict\": \"%s\", "
                  "\"found\": ", i ? "," : "", f->rule,
                  zp_verdict_name(f->verdict));
        spool_json(out, f->found);
        spool_add(out, ", \"change\": ");
        spool_json(out, f->change);
        spool_add(out, ", \"where\": ");
        spool_json(out, zp_where_name(f->where));
        spool_add(out, ", \"why\": ");
        spool_json(out, f->why);
        spool_add(out, "}");
    }
    spool_add(out, "\n  ]");
}

/* A host file with readings: given to --host it is judged the same. */
static int add_host_json(struct ctl *ctl, const struct host *host,
                         const struct zp_setup *setup,
                         const struct diagnosis *d, struct zp_error *err)
{
    CLEANUP(free_text) char *text = NULL;
    CLEANUP(free_text) char *readings = NULL;

    if (zp_setup_to_json(setup, &readings, err) ||
        (host->topo && zp_host_to_json(host->topo, host->load, &text, err)))
        return err->code;
    readings[strcspn(readings, "}") + 1] = '\0';
    spool_add(&ctl->out, "{\n  \"setup\": %s,\n  \"grub\": ", readings);
    spool_json(&ctl->out, *d->grub ? d->grub : NULL);
    spool_add(&ctl->out, ",\n  ");
    add_findings_json(&ctl->out, d);
    spool_add(&ctl->out, "%s%s", text ? "," : "\n}\n", text ? text + 1 : "");
    return ZP_OK;
}

/* ---- the two patients ---- */

static int answer(struct ctl *ctl, const struct diagnosis *d)
{
    struct zp_error err;

    if (write_output(ctl, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return count(d, ZP_VERDICT_CHANGE) ? EXIT_DIFFERS : EXIT_OK;
}

static int doctor_guest(struct ctl *ctl)
{
    const char *root = given(ctl, OPT_ROOT);
    struct diagnosis d = { .nr = 0 };
    struct zp_guest_setup setup;
    struct zp_error err;

    if (read_guest_setup(root ? root : "/", &setup, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    d.nr = zp_doctor_guest(&setup, d.finding);
    if (ctl->json) {
        spool_add(&ctl->out, "{\n  ");
        add_findings_json(&ctl->out, &d);
        spool_add(&ctl->out, "\n}\n");
    } else {
        add_text(&ctl->out, &d);
    }
    return answer(ctl, &d);
}

static int doctor_host(struct ctl *ctl)
{
    struct host host CLEANUP(host_clear) = { 0 };
    struct diagnosis d = { .nr = 0 };
    struct zp_setup setup;
    struct zp_error err;
    int rc = host_read_setup(ctl, &host, &setup);

    if (rc)
        return rc;
    d.nr = zp_doctor_host(&setup, host.topo, host.load, d.finding);
    zp_doctor_grub(&setup, d.finding, d.nr, d.grub, sizeof(d.grub));
    if (!ctl->json)
        add_text(&ctl->out, &d);
    else if (add_host_json(ctl, &host, &setup, &d, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return answer(ctl, &d);
}

/* Options that go together, and those that don't. */
static int check(const struct ctl *ctl, struct zp_error *err)
{
    static const int drawings[] = { OPT_ASCII, OPT_WIDE, OPT_SVG, OPT_PNG,
                                    OPT_FORMAT };
    static const int hosts[] = { OPT_HOST, OPT_TIER, OPT_TOPOLOGY };
    bool guest = given(ctl, OPT_GUEST) != NULL;
    size_t i;

    if (!given(ctl, OPT_DOCTOR))
        return fail(err, ZP_ERR_INVAL, "doctor",
                    "host: --guest and --root go with --doctor");
    for (i = 0; i < sizeof(drawings) / sizeof(drawings[0]); i++) {
        if (given(ctl, drawings[i]))
            return fail(err, ZP_ERR_INVAL, "doctor",
                        "host: --doctor or a drawing, not both");
    }
    for (i = 0; guest && i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        if (given(ctl, hosts[i]))
            return fail(err, ZP_ERR_INVAL, "guest", "host: --guest looks at "
                        "this machine, no host goes with it");
    }
    if (!guest && given(ctl, OPT_ROOT))
        return fail(err, ZP_ERR_INVAL, "root", "host: --root goes with "
                    "--guest");
    return ZP_OK;
}

int doctor(struct ctl *ctl)
{
    struct zp_error err;
    int rc = EXIT_OK;

    if (check(ctl, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    /* It mends nothing, not even on a live host. */
    if (!given(ctl, OPT_HOST))
        rc = only_look(ctl);
    if (rc)
        return rc;
    return given(ctl, OPT_GUEST) ? doctor_guest(ctl) : doctor_host(ctl);
}
