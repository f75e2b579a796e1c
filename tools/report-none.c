/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a build without libxml2 has in place of report.c. */
#include "density.h"

static int refuse_report(struct zp_error *err)
{
    return fail(err, ZP_ERR_UNSUPPORTED, "html",
                "--html: built without libxml2");
}

int report_fill(struct density *d, struct zp_error *err)
{
    (void)d;
    return refuse_report(err);
}

int report_replay(struct density *d, const struct outcome *o,
                  const struct zp_replay *r, struct zp_error *err)
{
    (void)d;
    (void)o;
    (void)r;
    return refuse_report(err);
}

int report_more(struct density *d, const struct more_row *row, size_t nr,
                struct zp_error *err)
{
    (void)d;
    (void)row;
    (void)nr;
    return refuse_report(err);
}
