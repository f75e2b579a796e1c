/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an initramfs to a guest that containers can run in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

long file_read(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t nr = fd < 0 ? -1 : 1;

    while (nr > 0 && len < size - 1) {
        nr = read(fd, buf + len, size - 1 - len);
        len += nr > 0 ? (size_t)nr : 0;
    }
    buf[len] = '\0';
    if (fd >= 0)
        close(fd);
    return nr < 0 ? -1 : (long)len;
}

int file_write(int dir, const char *path, const char *text)
{
    int fd = openat(dir, path, O_WRONLY | O_CLOEXEC), saved;
    ssize_t len = (ssize_t)strlen(text), nr;

    if (fd < 0)
        return -1;
    nr = write(fd, text, (size_t)len);
    saved = errno;
    close(fd);
    errno = saved;
    return nr == len ? 0 : -1;
}

void boot_end(int how)
{
    sync();
    reboot(how);
    _exit(1);
}

static void say(const char *what)
{
    fprintf(stderr, "zone-init: %s: %s\n", what, strerror(errno));
}

/* stdout and stderr on the zone's console. */
static void open_console(void)
{
    int fd = open("/dev/hvc0", O_RDWR | O_NOCTTY);

    if (fd < 0)
        fd = open("/dev/console", O_RDWR | O_NOCTTY);
    if (fd < 0)
        return;
    dup2(fd, 0);
    dup2(fd, 1);
    dup2(fd, 2);
    if (fd > 2)
        close(fd);
}

/* /modules names a file of /lib/modules a line, in the order to load them. */
static void load_modules(void)
{
    char list[4096], path[300], *name, *rest = list;
    int fd;

    if (file_read("/modules", list, sizeof(list)) < 0)
        return;
    while ((name = strsep(&rest, "\n"))) {
        if (!*name)
            continue;
        snprintf(path, sizeof(path), "/lib/modules/%.200s", name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) &&
                       errno != EEXIST))
            say(path);
        if (fd >= 0)
            close(fd);
    }
}

static void mount_at(const char *root, const char *dir, const char *type,
                     unsigned long flags)
{
    char path[100];

    snprintf(path, sizeof(path), "%s%s", root, dir);
    if ((mkdir(path, 0755) && errno != EEXIST) ||
        mount(type, path, type, flags, NULL))
        say(path);
}

/*
 * The initramfs can't be left by pivot_root(2), which containers do: so the
 * root becomes a tmpfs. The modules are loaded by then, and we are static.
 */
static void move_root(void)
{
    if (mkdir("/new", 0755) ||
        mount("root", "/new", "tmpfs", 0, "mode=755")) {
        say("/new");
        return;
    }
    mount_at("/new", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    mount_at("/new", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    mount_at("/new", "/dev", "devtmpfs", MS_NOSUID);
    mount_at("/new", "/sys/fs/cgroup", "cgroup2", 0);
    if (mkdir("/new/run", 0755) || chdir("/new") ||
        mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
        say("/");
}

void boot_machine(void)
{
    mount_at("", "/dev", "devtmpfs", MS_NOSUID);
    open_console();
    mount_at("", "/proc", "proc", 0);
    mount_at("", "/sys", "sysfs", 0);
    load_modules();
    move_root();
    /* Before containers could take memory that is not there yet. */
    memory_online();
    if (store_open())
        say("xenstore");
}
