/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built without Xen's libraries. */
#include "cri-ledger.h"

#include "internal.h"

int zk_ledger_open_xen(const char *config, struct zk_ledger **ledger_out,
                       struct zp_error *err)
{
    (void)config;
    (void)ledger_out;
    return zp__fail(err, ZP_ERR_UNSUPPORTED, "xen", "built without Xen: only "
                    "with --host");
}
