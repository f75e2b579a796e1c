/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A zone without Xen: zone-init as a process of this host, in namespaces of
 * its own, whose death is that of all in it. It is no boundary that is to hold
 * anybody: it is for tests, of everything but Xen.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net.h"
#include "oci.h"

/* zone-init's; the keeper's only one. */
static int pidfd = -1;
static pid_t zone_pid;

/* Its mounts are in its own namespace: nothing of them is seen here. */
_Noreturn static void be_zone(const struct conf *conf, int work, int link)
{
    char fd_text[16];
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (fchdir(work) || fcntl(link, F_SETFD, 0))
        _exit(1);
    snprintf(fd_text, sizeof(fd_text), "%d", link);
    execl(conf->zone_init, "zone-init", "--fd", fd_text, "--work", ".", NULL);
    fprintf(stderr, "zone-oci: %s: %s\n", conf->zone_init, strerror(errno));
    _exit(1);
}

/* Nothing is reserved here: any will do. */
static int claim(struct state *state, const char *uuid, struct zp_error *err)
{
    if (strlen(uuid) != 36)
        return zp__fail(err, ZP_ERR_INVAL, "uuid", "annotation "
                        ZK_ZONE_ANNOTATION ": \"%.40s\" is no uuid", uuid);
    snprintf(state->uuid, sizeof(state->uuid), "%s", uuid);
    return ZP_OK;
}

static int launch(const struct conf *conf, const struct state *state,
                  const struct zk_spec *spec, const struct zk_net *net,
                  struct zk_transport **out, struct zp_error *err)
{
    int both[2], work;
    long pid;

    (void)spec;
    (void)net;
    if (mkdirat(state->dir, "work", 0700) && errno != EEXIST)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "zone", "work: %s",
                            strerror(errno));
    work = openat(state->dir, "work", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (work < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both))
        return zp__fail_sys(err, ZP_ERR_IO, errno, "zone", "%s",
                            strerror(errno));
    pid = syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS |
                  CLONE_NEWIPC | CLONE_NEWNET | CLONE_PIDFD | SIGCHLD, NULL,
                  &pidfd, NULL, NULL);
    if (pid == 0)
        be_zone(conf, work, both[1]);
    close(work);
    close(both[1]);
    if (pid < 0) {
        close(both[0]);
        return zp__fail_sys(err, ZP_ERR_IO, errno, "zone", "namespaces: %s",
                            strerror(errno));
    }
    zone_pid = (pid_t)pid;
    *out = zk_transport_socket(both[0]);
    return *out ? ZP_OK : zp__nomem(err);
}

static int plug(const struct state *state, const struct zk_net *net,
                char port_out[ZK_NET_NAME], struct zp_error *err)
{
    snprintf(port_out, ZK_NET_NAME, ZK_STAND_IN_PORT);
    return net_pair(state->netns, port_out, zone_pid, net, err);
}

static int watch(void)
{
    return pidfd;
}

static bool ended(void)
{
    struct pollfd p = { .fd = pidfd, .events = POLLIN };

    return poll(&p, 1, 0) > 0;
}

/* It went with the keeper. */
static int destroy(const struct conf *conf, const struct state *state,
                   struct zp_error *err)
{
    (void)conf;
    (void)state;
    (void)err;
    return ZP_OK;
}

/* The root is where it is. */
static int attach(const struct conf *conf, const struct state *zone,
                  struct state *state, struct zk_spec *spec,
                  struct zp_error *err)
{
    (void)conf;
    (void)zone;
    (void)state;
    (void)err;
    spec->root_kind = ZK_ROOT_DIR;
    return ZP_OK;
}

static int detach(const struct conf *conf, const struct state *zone,
                  struct state *state, struct zp_error *err)
{
    (void)conf;
    (void)zone;
    (void)state;
    (void)err;
    return ZP_OK;
}

const struct launcher launch_stand_in = { claim, launch, plug, watch,
                                          ended, destroy, attach, detach };
