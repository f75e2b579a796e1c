/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Building ACPI tables (ACPI 6.5, 5.2): size first, one append per field,
 * checksum last. All numbers are little-endian (5.2).
 */
#ifndef ZP_RENDER_ACPI_H
#define ZP_RENDER_ACPI_H

#include "internal.h"

enum {
    ZP__ACPI_HEADER_SIZE = 36,   /* ACPI 5.2.6 */
    ZP__ACPI_CHECKSUM_AT = 9,
};

struct zp__acpi {
    uint8_t *buf;
    size_t size;
    size_t at;
};

void zp__acpi_put(struct zp__acpi *t, const void *bytes, size_t len);
void zp__acpi_put8(struct zp__acpi *t, uint8_t value);
void zp__acpi_put16(struct zp__acpi *t, uint16_t value);
void zp__acpi_put32(struct zp__acpi *t, uint32_t value);
void zp__acpi_put64(struct zp__acpi *t, uint64_t value);
/* The common header. @signature has 4 bytes, @table_id 8. */
void zp__acpi_header(struct zp__acpi *t, const char *signature,
                     uint8_t revision, const char *table_id);
/* Asserts that the table is as long as was said and sets its checksum. */
void zp__acpi_finish(struct zp__acpi *t);
/* Fails unless the plan shows nodes to its guest and @size is @wanted. */
int zp__acpi_check(const struct zp_plan *plan, const char *signature,
                   size_t size, size_t wanted, struct zp_error *err);
/* Number of proximity domains: the highest + 1; 0 if there are none. */
uint32_t zp__nr_pxms(const struct zp_plan *plan);

#endif
