/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <sys/prctl.h>
#include <unistd.h>

#ifdef HAVE_CAPNG
#include <cap-ng.h>
#endif

#include "drop.h"

int drop_privileges(bool any_file)
{
    if (geteuid() != 0)
        return 0;
#ifdef HAVE_CAPNG
    capng_clear(CAPNG_SELECT_BOTH);
    if (any_file &&
        capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
                      CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, -1))
        return -1;
    if (capng_apply(CAPNG_SELECT_BOTH))
        return -1;
#else
    (void)any_file;
#endif
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
