/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl plan: where a zone would live. Changes nothing. */
#include "zonectl.h"

static int write_receipt(const struct planned *p, const char *path,
                         struct zp_error *err)
{
    CLEANUP(free_text) char *text = NULL;
    struct spool bytes CLEANUP(spool_clear) = { 0 };

    if (zp_receipt_to_json(p->host.topo, p->host.load, &p->req, &p->plan,
                           &text, err))
        return err->code;
    spool_add(&bytes, "%s", text);
    return write_file(path, bytes.buf, bytes.len, err);
}

static int add_plan(struct ctl *ctl, const struct planned *p, enum look look,
                    struct zp_error *err)
{
    CLEANUP(free_text) char *text = NULL;
    CLEANUP(free_text) char *why = NULL;
    int rc;

    if (look >= LOOK_ASCII)
        rc = draw_host(ctl, look, &p->host, &p->plan, false, err);
    else if (look == LOOK_JSON)
        rc = zp_plan_to_json(p->host.topo, p->host.load, &p->req, &p->plan,
                             &text, err);
    else
        rc = zp_plan_to_text(p->host.topo, &p->plan, &text, err);
    if (rc)
        return rc;
    spool_add(&ctl->out, "%s", text ? text : "");
    if (!given(ctl, OPT_WHY) || look == LOOK_JSON || look >= LOOK_SVG)
        return ZP_OK;
    rc = zp_plan_why(p->host.topo, p->host.load, &p->req, &p->plan, &why,
                     err);
    if (rc)
        return rc;
    spool_add(&ctl->out, "\n%s", why);
    return ZP_OK;
}

/* A receipt has host and request in it, so nothing else may be asked for. */
static int replay(struct ctl *ctl, const char *path)
{
    struct spool bytes CLEANUP(spool_clear) = { 0 };
    CLEANUP(free_text) char *text = NULL;
    struct zp_error err, why;
    struct zp_plan plan;

    if (given_any_of(ctl, G_REQUEST) || given_any_of(ctl, G_HOST)) {
        fail(&err, ZP_ERR_INVAL, "replay",
             "--replay: a receipt has its own host and request");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    if (read_file(path, &bytes, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (zp_receipt_replay(bytes.buf, bytes.len, &plan, &why)) {
        fail(&err, why.code, why.limit, "%s: %s", path, why.msg);
        return refuse(ctl->json, EXIT_FAILED, &err);
    }
    if (!ctl->json) {
        spool_add(&ctl->out, "%s: the same plan\n", path);
        return EXIT_OK;
    }
    if (zp_plan_to_json(NULL, NULL, NULL, &plan, &text, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    spool_add(&ctl->out, "%s", text);
    return EXIT_OK;
}

int cmd_plan(struct ctl *ctl)
{
    struct planned p CLEANUP(planned_clear) = { 0 };
    const char *receipt = given(ctl, OPT_RECEIPT);
    enum look look = LOOK_DEFAULT;
    struct zp_error err;
    int rc;

    if (choose_look(ctl, &look, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    if (given(ctl, OPT_REPLAY))
        return replay(ctl, given(ctl, OPT_REPLAY));
    rc = plan_request(ctl, &p);
    if (rc)
        return rc;
    if (add_plan(ctl, &p, look, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    rc = add_warnings(ctl, &p);
    if (rc)
        return rc;
    if (receipt && write_receipt(&p, receipt, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (write_output(ctl, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return EXIT_OK;
}
