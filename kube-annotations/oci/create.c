/* SPDX-License-Identifier: GPL-2.0-or-later */
/* create and exec: the verbs that leave processes behind. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "../files.h"
#include "net.h"
#include "oci.h"

enum { MAX_PROCESS = 4 << 20 };

int launcher_of(const struct conf *conf, const struct launcher **launcher_out,
                struct zp_error *err)
{
#ifdef HAVE_XEN
    (void)err;
    *launcher_out = conf->stand_in ? &launch_stand_in : &launch_xen;
    return ZP_OK;
#else
    *launcher_out = &launch_stand_in;
    if (conf->stand_in)
        return ZP_OK;
    return zp__fail(err, ZP_ERR_UNSUPPORTED, "launcher", "built without Xen: "
                    "\"launcher = stand-in\" is all that there is");
#endif
}

static int write_pid(const struct call *call, pid_t pid, struct zp_error *err)
{
    char text[16];

    if (!call->pid_file)
        return ZP_OK;
    snprintf(text, sizeof(text), "%d", (int)pid);
    return zk_write_whole(AT_FDCWD, call->pid_file, text, err);
}

/* ---- which zone ---- */

/*
 * A sandbox is a zone in which nothing runs: what it holds for a pod
 * elsewhere, the zone does. A container of a pod is in its sandbox's zone; one
 * of no pod has a zone of its own.
 */
static int find_zone(const struct zk_spec *spec, struct state *state,
                     struct zp_error *err)
{
    const char *type = zk_spec_annotation(spec, ZK_CRI "container-type");
    const char *sandbox = zk_spec_annotation(spec, ZK_CRI "sandbox-id");

    state->process = !zk_spec_is_sandbox(spec);
    if (!type || !state->process) {
        snprintf(state->zone, sizeof(state->zone), "%s", state->id);
        return ZP_OK;
    }
    if (strcmp(type, "container"))
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "oci", "annotation " ZK_CRI
                        "container-type: \"%.40s\" is neither sandbox nor "
                        "container", type);
    if (!sandbox || !id_is_good(sandbox) || !strcmp(sandbox, state->id))
        return zp__fail(err, ZP_ERR_PARSE, "oci", "annotation " ZK_CRI
                        "sandbox-id: \"%.40s\" is no sandbox's id",
                        sandbox ? sandbox : "");
    snprintf(state->zone, sizeof(state->zone), "%s", sandbox);
    return ZP_OK;
}

/* The zone is known by it before it is there. */
static int make_uuid(struct state *state, struct zp_error *err)
{
    char *text;
    size_t len;
    int rc = zk_read_whole(AT_FDCWD, "/proc/sys/kernel/random/uuid", 64, &text,
                        &len, err);

    if (rc)
        return rc;
    snprintf(state->uuid, sizeof(state->uuid), "%.36s", text);
    free(text);
    return ZP_OK;
}

/* zone-cri has planned it, or it is planned when it is launched. */
static int name_zone(const struct call *call, struct state *state,
                     const struct zk_spec *spec, struct zp_error *err)
{
    const char *uuid = zk_spec_annotation(spec, ZK_ZONE_ANNOTATION);
    const struct launcher *launcher;
    int rc;

    if (!uuid)
        return make_uuid(state, err);
    rc = launcher_of(&call->conf, &launcher, err);
    return rc ? rc : launcher->claim(state, uuid, err);
}

/*
 * The zone has the pod's network in place of what is in its namespace. Where
 * there is none, or nothing in it, it has 127.0.0.1.
 */
static int find_network(const struct call *call, struct state *state,
                        const struct zk_spec *spec, struct zk_net *net_out,
                        bool *there_out, struct zp_error *err)
{
    int rc;

    *there_out = false;
    if (!spec->network && !call->conf.host_network)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "network", "namespaces: no "
                        "network: a zone can't share the host's; "
                        "\"host-network = loopback\" in oci.conf runs it "
                        "with 127.0.0.1 alone");
    if (!spec->network || !*spec->network)
        return ZP_OK;
    if (strlen(spec->network) >= sizeof(state->netns))
        return zp__fail(err, ZP_ERR_RANGE, "network", "namespaces: network: "
                        "its path is too long");
    rc = net_read(spec->network, net_out, there_out, err);
    if (rc || !*there_out)
        return rc;
    snprintf(state->netns, sizeof(state->netns), "%s", spec->network);
    snprintf(state->interface, sizeof(state->interface), "%s", net_out->name);
    return ZP_OK;
}

static int start_keeper(struct call *call, struct state *state,
                        const struct zk_spec *spec, const struct zk_net *net,
                        struct zp_error *err)
{
    struct birth birth;
    pid_t pid;
    int rc = birth_fork(&birth, &pid, err);

    if (rc)
        return rc;
    if (!pid)
        keeper_run(&call->conf, state, spec, net, &birth);
    state->keeper = process_of(pid);
    return birth_finish(&birth, state_write(state, err), err);
}

/* ---- what runs in it ---- */

static int connect_zone(const struct state *zone, int *fd_out,
                        struct zp_error *err)
{
    *fd_out = socket_connect(zone->dir, "zone", SOCK_STREAM);
    if (*fd_out >= 0)
        return ZP_OK;
    return zp__fail(err, ZP_ERR_NOTFOUND, "zone", "the zone %s is not "
                    "running", zone->id);
}

static int start_monitor(struct call *call, struct state *state,
                         struct monitor_args *args, pid_t *pid_out,
                         struct zp_error *err)
{
    struct birth birth;
    int rc = birth_fork(&birth, pid_out, err), code;

    if (rc)
        return rc;
    if (!*pid_out) {
        setsid();
        args->birth = &birth;
        args->answer_seconds = call->conf.launch_seconds;
        args->console = call->console;
        if (args->kind == MONITOR_CONTAINER)
            args->log = openat(state->dir, "monitor.log", O_WRONLY | O_CREAT |
                               O_APPEND | O_CLOEXEC, 0600);
        /* The lock is the verb's. */
        close(state->dir);
        code = monitor_run(args);
        _exit(code);
    }
    if (args->kind != MONITOR_EXEC) {
        state->monitor = process_of(*pid_out);
        rc = state_write(state, err);
    }
    return birth_finish(&birth, rc, err);
}

static int run_in(struct call *call, const struct state *zone,
                  struct state *state, struct zk_spec *spec,
                  struct zp_error *err)
{
    struct monitor_args args = { .state = state, .spec = spec, .control = -1,
                                 .log = -1 };
    const struct launcher *launcher;
    pid_t pid;
    int rc = launcher_of(&call->conf, &launcher, err);

    args.kind = state->process ? MONITOR_CONTAINER : MONITOR_ZONE;
    if (!rc && state->process)
        rc = launcher->attach(&call->conf, zone, state, spec, err);
    if (!rc)
        rc = connect_zone(zone, &args.zone, err);
    if (rc)
        return rc;
    args.control = socket_listen(state->dir, "control", SOCK_SEQPACKET);
    if (args.control < 0)
        rc = zp__fail_sys(err, ZP_ERR_IO, errno, "state", "control: %s",
                          strerror(errno));
    if (!rc)
        rc = start_monitor(call, state, &args, &pid, err);
    close(args.zone);
    if (args.control >= 0)
        close(args.control);
    return rc ? rc : write_pid(call, state->monitor.pid, err);
}

static int create(struct call *call, struct state *state,
                  struct zk_spec *spec, struct zp_error *err)
{
    struct state zone;
    struct zk_net net;
    bool there;
    int rc = state_write(state, err);

    if (rc)
        return rc;
    if (!strcmp(state->zone, state->id)) {
        rc = find_network(call, state, spec, &net, &there, err);
        if (!rc)
            rc = name_zone(call, state, spec, err);
        if (!rc)
            rc = start_keeper(call, state, spec, there ? &net : NULL, err);
        return rc ? rc : run_in(call, state, state, spec, err);
    }
    rc = state_open(call->root, state->zone, false, &zone, err);
    if (rc)
        return zp__wrap(err, rc, "the pod's sandbox");
    rc = run_in(call, &zone, state, spec, err);
    state_close(&zone);
    return rc;
}

int verb_create(struct call *call, struct zp_error *err)
{
    char *bundle = realpath(call->bundle ? call->bundle : ".", NULL);
    struct zk_spec spec;
    struct state state;
    int rc;

    if (!bundle)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "bundle", "%.200s: %s",
                            call->bundle, strerror(errno));
    rc = bundle_read(bundle, &call->conf, &spec, err);
    if (rc) {
        free(bundle);
        return rc;
    }
    rc = state_make(call->root, call->id, &state, err);
    if (!rc) {
        if (strlen(bundle) >= sizeof(state.bundle))
            rc = zp__fail(err, ZP_ERR_RANGE, "bundle", "its path is too "
                          "long");
        snprintf(state.bundle, sizeof(state.bundle), "%s", bundle);
        if (!rc)
            rc = find_zone(&spec, &state, err);
        if (!rc)
            rc = create(call, &state, &spec, err);
        if (rc)
            container_remove(call, &state, NULL);
        state_close(&state);
    }
    zk_spec_clear(&spec);
    free(bundle);
    return rc;
}

/* ---- exec ---- */

static int read_process(const struct call *call, struct zk_spec *spec_out,
                        struct zp_error *err)
{
    char *text;
    size_t len;
    int rc;

    if (!call->process)
        return zp__fail(err, ZP_ERR_INVAL, "process", "--process is needed");
    rc = zk_read_whole(AT_FDCWD, call->process, MAX_PROCESS, &text, &len, err);
    if (rc)
        return rc;
    rc = zk_spec_from_process(text, len, &call->conf.rules, spec_out, err);
    free(text);
    return rc;
}

/* The code of what does not run beside us. */
static int wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return EXIT_LOST;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int exec_in(struct call *call, struct state *state,
                   struct zk_spec *spec, struct zp_error *err)
{
    struct monitor_args args = { .kind = MONITOR_EXEC, .state = state,
                                 .spec = spec, .control = -1, .log = -1 };
    struct state zone;
    pid_t pid = 0;
    int rc;

    if (!state->process || !process_lives(state->monitor))
        return zp__fail(err, ZP_ERR_NOTFOUND, "state", "container not "
                        "running: %s", state->id);
    rc = state_open(call->root, state->zone, false, &zone, err);
    if (rc)
        return rc;
    rc = connect_zone(&zone, &args.zone, err);
    state_close(&zone);
    if (rc)
        return rc;
    rc = start_monitor(call, state, &args, &pid, err);
    close(args.zone);
    if (!rc)
        rc = write_pid(call, pid, err);
    if (rc && pid > 0)
        process_kill(process_of(pid), SIGKILL);
    return rc || call->detach ? rc : wait_for(pid);
}

int verb_exec(struct call *call, struct zp_error *err)
{
    struct zk_spec spec;
    struct state state;
    int rc = read_process(call, &spec, err);

    if (rc)
        return rc;
    rc = state_open(call->root, call->id, false, &state, err);
    if (!rc) {
        rc = exec_in(call, &state, &spec, err);
        state_close(&state);
    }
    zk_spec_clear(&spec);
    return rc;
}
