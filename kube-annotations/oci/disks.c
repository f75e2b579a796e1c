/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "disks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool disks_free_name(const struct zone_disk *disks, size_t nr,
                     char name_out[16])
{
    char letter;
    size_t i;

    for (letter = 'a'; letter <= 'z'; letter++) {
        snprintf(name_out, 16, "xvd%c", letter);
        for (i = 0; i < nr && strcmp(disks[i].name, name_out); i++)
            ;
        if (i == nr)
            return true;
    }
    name_out[0] = '\0';
    return false;
}

bool disks_has(const struct zone_disk *disks, size_t nr, const char *name,
               const char *image)
{
    char *real = realpath(image, NULL);
    const char *path = real ? real : image;
    bool has = false;
    size_t i;

    for (i = 0; i < nr; i++)
        has |= !strcmp(disks[i].name, name) && !strcmp(disks[i].file, path);
    free(real);
    return has;
}

void disks_file_of(const char *sys, const char *device, char file_out[512])
{
    static const char deleted[] = " (deleted)";
    const char *name = strrchr(device, '/');
    char path[256];
    FILE *file;
    char *end;

    file_out[0] = '\0';
    snprintf(path, sizeof(path), "%.100s/block/%.100s/loop/backing_file", sys,
             name ? name + 1 : device);
    file = fopen(path, "re");
    if (!file)
        return;
    if (!fgets(file_out, 512, file))
        file_out[0] = '\0';
    fclose(file);
    file_out[strcspn(file_out, "\n")] = '\0';
    end = strstr(file_out, deleted);
    if (end && !end[sizeof(deleted) - 1])
        *end = '\0';
}
