/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pack ROOT DIR NAME: as a container's root is packed; says if it was kept. */
#include <stdio.h>

#include "../../kube-annotations/oci/image.h"

int main(int argc, char **argv)
{
    struct zp_error err;
    bool cached;

    if (argc != 4)
        return 2;
    if (image_make(argv[1], argv[2], argv[3], &cached, &err)) {
        fprintf(stderr, "pack: %s\n", err.msg);
        return 1;
    }
    return puts(cached ? "kept" : "packed") < 0;
}
