/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan --from: requests that other systems wrote down. */
#include <string.h>

#include "zonectl.h"

static const char *const formats[] = { "openstack", "libvirt", NULL };

typedef int reader(const char *buf, size_t len, struct zp_request *req_out,
                   char **notes_out, struct zp_error *err);
/* Slots are those of formats[]. */
static reader *const readers[] = { zp_request_from_openstack,
                                   zp_request_from_libvirt };

static void add_notes(struct ctl *ctl, const char *notes)
{
    const char *line;

    for (line = notes; !ctl->json && *line;
         line += strcspn(line, "\n"), line += *line != 0)
        spool_add(&ctl->warnings, "warning: %.*s\n",
                  (int)strcspn(line, "\n"), line);
}

int request_from(struct ctl *ctl, struct zp_request *req,
                 struct zp_error *err)
{
    const char *format = given(ctl, OPT_FROM);
    struct spool text CLEANUP(spool_clear) = { 0 };
    CLEANUP(free_text) char *notes = NULL;
    struct zp_error why;
    int i, rc;

    if (!format && ctl->nr_args)
        return fail(err, ZP_ERR_INVAL, "argument",
                    "%s: argument %s: a file only goes with --from",
                    ctl->verb->name, ctl->args[0]);
    if (!format)
        return ZP_OK;
    rc = parse_word("from", format, formats, &i, err);
    if (!rc && !ctl->nr_args)
        rc = fail(err, ZP_ERR_INVAL, "argument", "--from %s: FILE is missing",
                  format);
    if (!rc)
        rc = read_file(ctl->args[0], &text, err);
    if (rc)
        return rc;
    rc = readers[i](text.buf, text.len, req, &notes, &why);
    if (rc)
        return fail(err, rc, why.limit, "%s: %s", ctl->args[0], why.msg);
    add_notes(ctl, notes);
    return ZP_OK;
}
