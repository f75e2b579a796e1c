/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the launch executable. */
#ifndef ZP_LAUNCH_LAUNCH_H
#define ZP_LAUNCH_LAUNCH_H

#include "xen/xen.h"

/* ---- hook.c: what libxl gets to hear ----------------------------------- */

struct zp__hook {
    const struct zp_plan *plan;  /* set before the build */
    unsigned calls;              /* of xc_dom_build_image */
    uint32_t acpi_pages;
    uint64_t xsdt;               /* guest-physical address */
    struct zp_error err;         /* .code 0: nothing went wrong */
};
extern struct zp__hook zp__hook;

/* ---- tables.c: SRAT, SLIT and SSDT beside libxl's tables (pure) -------------- */

/* libxl's tables in memory and where the guest will see them. */
struct zp__acpi {
    uint8_t *rsdp;               /* 36 bytes */
    uint8_t *blob;
    uint64_t blob_gpa;
    size_t blob_len;
};

/* Where ours go: in the hole below 4 GiB, beyond what libxl's can reach
 * (0xfc000000, one page and NUM_ACPI_PAGES, libxl_x86_acpi.c). */
#define ZP__TABLES_GPA ((uint64_t)0xfc100000)

/* Bytes of the tables that the plan gives its guest; 0: none. */
size_t zp__tables_size(const struct zp_plan *plan);
/*
 * Puts the plan's APIC ids into the MADT where they differ, makes a block with
 * SRAT, SLIT and SSDT, as far as the plan has them, and an XSDT that names
 * these and the old ones, and points the RSDP to it. @block_out: for free(). PARSE: the tables are not as they must be.
 */
int zp__tables_extend(struct zp__acpi *acpi, const struct zp_plan *plan,
                      uint8_t **block_out, size_t *len_out,
                      struct zp_error *err);
/* The ids alone, for a zone that is shown no nodes. */
int zp__tables_ids(struct zp__acpi *acpi, const struct zp_plan *plan,
                   struct zp_error *err);

/* ---- config.c: spec -> libxl_domain_config ----------------------------- */

/* What config.c opens for the zone's disks and must stay open until the
 * backend has them. */
struct zp__config {
    libxl_domain_config libxl;
    int loops[26];
    unsigned nr_loops;
};
int zp__config_make(struct zp_xen *xen, const struct zp_zone_spec *spec,
                    struct zp__config *config_out, struct zp_error *err);
void zp__config_clear(struct zp__config *config);

/* disks.c */
int zp__config_disks(const struct zp_zone_spec *spec,
                     struct zp__config *config, struct zp_error *err);

/* ---- settle.c: what is left to do when libxl has built it -------------- */

int zp__settle(struct zp_xen *xen, const struct zp_zone_spec *spec,
               struct zp__built *built, struct zp_error *err);

#endif
