// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID 1 of the lab's guests: mounts what it reads, loads the frontends,
 * prints a report of the machine it finds itself in, and then does what is
 * written into data/cmd of its xenstore. tests/lab/README.md lists both.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "zone-init.h"

static unsigned sequence;

static void mounts(void)
{
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mkdir("/dev", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
}

/* stdin, stdout and stderr on the Xen console, without CR before LF. */
static void console(void)
{
    struct termios t;
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
    if (!tcgetattr(1, &t)) {
        t.c_oflag &= ~(tcflag_t)OPOST;
        t.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
        tcsetattr(1, TCSANOW, &t);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
}

/* /modules names one module file a line, in the order to load them. */
static void modules(void)
{
    char list[4096], path[256], *name, *rest = list;

    if (file_read("/modules", list, sizeof list) < 0)
        return;
    while ((name = strsep(&rest, "\n"))) {
        int fd;

        if (!*name)
            continue;
        snprintf(path, sizeof path, "/lib/modules/%s", name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
            printf("zone: %s: %s\n", path, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
}

/* The value of zone.KEY= on the kernel's line; empty when it isn't there. */
static void parameter(const char *key, char *value, size_t size)
{
    char line[4096], *word, *rest = line;
    size_t len = strlen(key);

    *value = '\0';
    if (file_read("/proc/cmdline", line, sizeof line) < 0)
        return;
    while ((word = strsep(&rest, " \n")))
        if (!strncmp(word, key, len) && word[len] == '=')
            snprintf(value, size, "%s", word + len + 1);
}

static void answer(const char *verdict, const char *text)
{
    char line[600];

    snprintf(line, sizeof line, "%u %s%s%s", sequence, verdict,
             *text ? " " : "", text);
    printf("=== ZONE RESULT %s\n", line);
    fflush(stdout);
    if (xs_set("data/result", line))
        printf("zone: data/result: %s\n", strerror(errno));
}

static void finish(int how)
{
    sync();
    /* What is still in the terminal's buffer would be lost. */
    tcdrain(1);
    reboot(how);
    printf("zone: reboot: %s\n", strerror(errno));
}

static void crash(void)
{
    int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

    tcdrain(1);
    if (fd < 0 || write(fd, "c", 1) != 1)
        printf("zone: sysrq: %s\n", strerror(errno));
}

/* The commands that end the guest; 0 if this was none of them. */
static int command_last(const char *verb, const char *args)
{
    char text[300];

    if (!strcmp(verb, "exit")) {
        snprintf(text, sizeof text, "exit %d", atoi(args));
        xs_set("data/exit", args);
        answer("ok", text);
        finish(RB_POWER_OFF);
    } else if (!strcmp(verb, "poweroff")) {
        answer("ok", verb);
        finish(RB_POWER_OFF);
    } else if (!strcmp(verb, "reboot")) {
        answer("ok", verb);
        finish(RB_AUTOBOOT);
    } else if (!strcmp(verb, "panic")) {
        answer("ok", verb);
        crash();
    } else {
        return 0;
    }
    return 1;
}

static void command(char *line)
{
    static const struct {
        const char *verb;
        int (*work)(const char *args, char *out, size_t size);
    } verbs[] = {
        { "alloc", work_alloc }, { "free", work_free },
        { "disk", work_disk }, { "net", work_net },
        { "agent", work_agent }, { "rubbish", work_rubbish },
        { "flood", work_flood }, { "spy", work_spy },
        { "online", work_online },
    };
    char text[512] = "", full[560];
    char *args;
    int rc;

    line[strcspn(line, "\r\n")] = '\0';
    args = line + strcspn(line, " ");
    if (*args)
        *args++ = '\0';
    sequence++;
    if (command_last(line, args))
        return;
    if (!strcmp(line, "report")) {
        report_print();
        answer("ok", line);
        return;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(line, verbs[i].verb))
            continue;
        rc = verbs[i].work(args, text, sizeof text);
        snprintf(full, sizeof full, "%s %s", line, text);
        answer(rc ? "failed" : "ok", full);
        return;
    }
    answer("failed", "unknown command");
}

/* Follow data/cmd for ever: it is emptied as soon as it has been read. */
static void follow(int agent)
{
    char line[1024];
    int event;

    if (xs_watch_path("data/cmd"))
        printf("zone: watch: %s\n", strerror(errno));
    while ((event = xs_wait(agent ? 1000 : -1)) >= 0) {
        if (agent)
            memory_tick();
        if (!event || xs_get("data/cmd", line, sizeof line) <= 0)
            continue;
        xs_set("data/cmd", "");
        command(line);
    }
    printf("zone: xenstore: %s\n", strerror(errno));
}

int main(int argc, char **argv)
{
    char then[256], agent[16], late[16];

    /* The kernel runs /sbin/poweroff and /sbin/reboot when the toolstack
     * asks through control/shutdown; without them it only complains. */
    if (argc > 0 && strstr(argv[0], "poweroff"))
        return reboot(RB_POWER_OFF);
    if (argc > 0 && strstr(argv[0], "reboot"))
        return reboot(RB_AUTOBOOT);
    mounts();
    console();
    /* From here on the console is for the report: errors only. */
    klogctl(8, NULL, 4);
    puts("=== ZONE INIT");
    modules();
    if (xs_open())
        printf("zone: /dev/xen/xenbus: %s\n", strerror(errno));
    /* zone.agent=1: as a zone's own init does, see zonectl launch --agent. */
    parameter("zone.agent", agent, sizeof agent);
    if (*agent)
        memory_online();
    /* zone.late=1, with maxcpus=1: see $LAB_LARGE in tests/lab/lib.sh. Last,
     * for what is done before is done in less time by one CPU. */
    parameter("zone.late", late, sizeof late);
    if (*late)
        processors_up();
    report_print();
    xs_set("data/state", "ready");
    parameter("zone.then", then, sizeof then);
    for (char *p = then; *p; p++)
        if (*p == ',')
            *p = ' ';
    if (*then)
        command(then);
    follow(*agent);
    for (;;)
        pause();
}
