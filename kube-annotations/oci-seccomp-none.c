/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Built without libseccomp: no profile is understood. */
#include "spec.h"

const char *const zk_seccomp_actions[] = { NULL };
const char *const zk_seccomp_operators[] = { NULL };
const char *const zk_seccomp_archs[] = { NULL };
const char *const zk_seccomp_flags[] = { NULL };

void zk__read_seccomp(struct zk__spec_reader *r,
                      const struct zp__json_value *seccomp)
{
    if (seccomp->nr)
        zk__refuse(r, "seccomp", "built without libseccomp; \"seccomp = "
                   "drop\" in oci.conf runs it without");
}
