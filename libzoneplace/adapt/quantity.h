/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ZP_ADAPT_QUANTITY_H
#define ZP_ADAPT_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Kubernetes' quantities (apimachinery, pkg/api/resource, quantity.go): digits
 * with or without a point, then n u m, k M G T P E, Ki Mi Gi Ti Pi Ei, or e
 * and an exponent. *milli_out gets thousandths, rounded up as Kubernetes does.
 * False if it is none, is negative, or has more than 2^64 - 1 thousandths.
 */
bool zp__quantity_milli(const char *text, size_t len, uint64_t *milli_out);

#endif
