/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root's privileges, given up for good by what has no use for them. */
#ifndef ZT_DROP_H
#define ZT_DROP_H

#include <stdbool.h>

/*
 * Root without capabilities still owns Xen's devices and xenstored's socket,
 * which is all that a program needs that asks Xen, or sets targets. With
 * @any_file it may go on to read and write files of others, as people expect
 * of sudo. Does nothing for others than root, and where the program was built
 * without libcap-ng. 0, or -1 if the kernel refuses: then none should go on.
 */
int drop_privileges(bool any_file);

#endif
