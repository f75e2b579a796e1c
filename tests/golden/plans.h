/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans filled by hand, so that renderers are tested without the search. */
#ifndef ZP_TESTS_PLANS_H
#define ZP_TESTS_PLANS_H

#include <zoneplace.h>

/*
 * By name; false if there is none.
 *  two     stock tier, two nodes of three vcpus padded to four ids
 *  hole    patched tier, memory across the hole below 4 GiB, a spill vnode
 *          of memory only, nodes with large and sparse ids
 *  shared  memory of two nodes shown as one (truth: false), dynamic
 *  offline stock tier, uneven, some vcpus offline at boot
 *  tens    a host whose firmware says 10 everywhere
 *  flat    one node, nothing shown to the guest
 *  wide    more ids than a zone may have: APIC ids above 254
 */
bool plan_by_name(const char *name, struct zp_plan *plan);

extern const char *const plan_names[]; /* ends with NULL */

#endif
