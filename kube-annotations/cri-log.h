/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of zone-cri's, on standard error. What pods and guests say may be in
 * it: bytes that don't print, and those beyond ASCII, become '?'. */
#ifndef ZK_CRI_LOG_H
#define ZK_CRI_LOG_H

#include "internal.h"

void zk_log(const char *fmt, ...) ZP_PRINTF(1, 2);
/* The same bytes made harmless, in place. */
void zk_plain(char *text);

#endif
