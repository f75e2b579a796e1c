/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl density: how many zones fit, what is stranded, how far from the
 * optimum. Changes nothing. */
#include "density.h"

int cmd_density(struct ctl *ctl)
{
    struct density d CLEANUP(density_clear) = { .ctl = ctl };
    int rc = density_read(&d);

    if (rc)
        return rc;
    if (d.trace)
        return density_replay(&d);
    return given(ctl, OPT_MORE) ? density_more(&d) : density_fill(&d);
}
