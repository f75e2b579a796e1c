/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of tests/data/oci. */
#ifndef OCI_DATA_H
#define OCI_DATA_H

#include <stdio.h>
#include <stdlib.h>

/* Ends the test program if there is none. */
static inline void read_oci_data(const char *name, char *buf, size_t size)
{
    const char *top = getenv("top_srcdir");
    char path[500];
    FILE *f;

    snprintf(path, sizeof(path), "%s/tests/data/oci/%s", top ? top : "../..",
             name);
    f = fopen(path, "r");
    if (!f) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    buf[fread(buf, 1, size - 1, f)] = '\0';
    fclose(f);
}

#endif
