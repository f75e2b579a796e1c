/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A container's root as one file, for a zone has none of the host's: a
 * squashfs of the bundle's rootfs, packed when the container is made.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image.h"

/* What is packed is hostile: it may be meant to take for ever, or to grow. */
enum { MAX_CPU_SECONDS = 600 };
#define MAX_BYTES ((rlim_t)64 << 30)

int image_make_dir(const char *dir, struct zp_error *err)
{
    char path[512];
    size_t i;

    for (i = 1; i <= strlen(dir) && i < sizeof(path); i++) {
        if (dir[i] && dir[i] != '/')
            continue;
        memcpy(path, dir, i);
        path[i] = '\0';
        if (mkdir(path, 0700) && errno != EEXIST)
            return zp__fail_sys(err, ZP_ERR_IO, errno, "image", "%s: %s", path,
                                strerror(errno));
    }
    return ZP_OK;
}

_Noreturn static void pack(const char *root, const char *file)
{
    const struct rlimit seconds = { MAX_CPU_SECONDS, MAX_CPU_SECONDS };
    const struct rlimit bytes = { MAX_BYTES, MAX_BYTES };
    const struct rlimit core = { 0, 0 };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    /* Nothing that is the container's: its streams are not to be held. */
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        dup2(null, 2) < 0 || setrlimit(RLIMIT_CPU, &seconds) ||
        setrlimit(RLIMIT_FSIZE, &bytes) || setrlimit(RLIMIT_CORE, &core))
        _exit(126);
    execlp("mksquashfs", "mksquashfs", root, file, "-noappend", "-no-progress",
           "-no-exports", "-comp", "zstd", "-Xcompression-level", "1",
           "-processors", "2", NULL);
    _exit(127);
}

int image_pack(const char *root, const char *file, struct zp_error *err)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        pack(root, file);
    if (pid < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "image", "%s",
                            strerror(errno));
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return zp__fail_sys(err, ZP_ERR_IO, errno, "image", "%s",
                                strerror(errno));
    }
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return ZP_OK;
    unlink(file);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "image", "mksquashfs is not "
                        "there: install squashfs-tools");
    return zp__fail(err, ZP_ERR_IO, "image", "mksquashfs of %.100s: %s %d",
                    root, WIFEXITED(status) ? "exit" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status)
                                      : WTERMSIG(status));
}
