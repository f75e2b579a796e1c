/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The short verbs: start, state, kill, delete. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"
#include "oci.h"

/* A monitor gives up its zone after launch-seconds, and says so. */
static unsigned patience(const struct call *call)
{
    return call->conf.launch_seconds + 5;
}

int verb_start(struct call *call, struct zp_error *err)
{
    struct state state;
    int rc = state_open(call->root, call->id, true, &state, err);

    if (rc)
        return rc;
    rc = control_call(&state, "start", patience(call), err);
    if (!rc) {
        state.started = true;
        rc = state_write(&state, err);
    }
    state_close(&state);
    return rc;
}

/* As the runtime specification has it. */
int verb_state(struct call *call, struct zp_error *err)
{
    struct zp__json_writer w = ZP__JSON_WRITER;
    struct state state;
    const char *status;
    char *text;
    int rc = state_open(call->root, call->id, false, &state, err);

    if (rc)
        return rc;
    status = state_status(&state);
    zp__json_open(&w, NULL, '{');
    zp__json_put_string(&w, "ociVersion", "1.0.2");
    zp__json_put_string(&w, "id", state.id);
    zp__json_put_string(&w, "status", status);
    zp__json_put_uint(&w, "pid", strcmp(status, "stopped")
                                     ? (uint64_t)state.monitor.pid : 0);
    zp__json_put_string(&w, "bundle", state.bundle);
    zp__json_open(&w, "annotations", '{');
    zp__json_put_string(&w, ZK_ZONE_ANNOTATION, state.zone);
    zp__json_close(&w, '}');
    zp__json_close(&w, '}');
    state_close(&state);
    rc = zp__json_take(&w, &text, err);
    if (rc)
        return rc;
    fputs(text, stdout);
    free(text);
    return ZP_OK;
}

/* "15", "TERM" or "SIGTERM"; 0: none. */
static unsigned signal_of(const char *text)
{
    unsigned number = 0;
    const char *name;
    int i;

    for (name = text; *name >= '0' && *name <= '9' && number < 100; name++)
        number = number * 10 + (unsigned)(*name - '0');
    if (!*name && name > text)
        return number <= 64 ? number : 0;
    name = strncmp(text, "SIG", 3) ? text : text + 3;
    for (i = 1; i < 32; i++) {
        if (sigabbrev_np(i) && !strcmp(sigabbrev_np(i), name))
            return (unsigned)i;
    }
    return 0;
}

int verb_kill(struct call *call, struct zp_error *err)
{
    const char *name = call->argv[0] ? call->argv[0] : "TERM";
    unsigned number = signal_of(name);
    struct state state;
    char words[40];
    int rc;

    if (!number)
        return zp__fail(err, ZP_ERR_INVAL, "signal", "no such signal: %.20s",
                        name);
    rc = state_open(call->root, call->id, false, &state, err);
    if (rc)
        return rc;
    snprintf(words, sizeof(words), "kill %u %d", number, call->all);
    if (process_lives(state.monitor))
        rc = control_call(&state, words, patience(call), err);
    else
        rc = zp__fail(err, ZP_ERR_NOTFOUND, "state", "container not running: "
                      "%s", state.id);
    /* It ended between the two, or before; --all is to see to it that
     * nothing is left, and nothing is. */
    if (rc == ZP_ERR_NOTFOUND && call->all)
        rc = ZP_OK;
    state_close(&state);
    return rc;
}

/* ---- delete ---- */

/* What of the container is in its zone. The first failure stays in @err. */
static int leave_zone(struct call *call, struct state *state,
                      struct zp_error *err)
{
    const struct launcher *launcher;
    struct state zone;
    int rc = launcher_of(&call->conf, &launcher, err);

    if (rc || !state->image[0])
        return rc;
    if (!strcmp(state->zone, state->id))
        return launcher->detach(&call->conf, state, state, err);
    rc = state_open(call->root, state->zone, false, &zone, err);
    /* The zone went first, and with it what was attached; what is of the
     * host is not. */
    if (rc && rc != ZP_ERR_NOTFOUND)
        return rc;
    if (rc)
        return launcher->detach(&call->conf, NULL, state, err);
    rc = launcher->detach(&call->conf, &zone, state, err);
    state_close(&zone);
    return rc;
}

static int end_zone(struct call *call, struct state *state,
                    struct zp_error *err)
{
    const struct launcher *launcher;
    int rc = launcher_of(&call->conf, &launcher, err), rc2 = ZP_OK;

    process_kill(state->keeper, SIGTERM);
    process_kill(state->keeper, SIGKILL);
    if (!rc)
        rc = launcher->destroy(&call->conf, state, err);
    if (state->interface[0])
        rc2 = net_leave(state->netns, state->interface,
                        call->conf.stand_in ? ZK_STAND_IN_PORT : "",
                        rc ? NULL : err);
    return rc ? rc : rc2;
}

int container_remove(struct call *call, struct state *state,
                     struct zp_error *err)
{
    bool owns = !strcmp(state->zone, state->id);
    int rc = ZP_OK, rc2;

    process_kill(state->monitor, SIGKILL);
    /* A zone takes its containers' disks with it. */
    if (owns)
        rc = end_zone(call, state, err);
    rc2 = leave_zone(call, state, rc ? NULL : err);
    rc = rc ? rc : rc2;
    /* While something is left, so is the record of it. */
    if (rc)
        return rc;
    return state_remove(call->root, state, err);
}

static int delete(struct call *call, struct zp_error *err)
{
    struct state state;
    int rc = state_open(call->root, call->id, true, &state, err);

    if (rc == ZP_ERR_NOTFOUND && call->force)
        return ZP_OK;
    if (rc)
        return rc;
    /* What was made and never started has nothing that could be lost. */
    if (!call->force && state.started && process_lives(state.monitor))
        rc = zp__fail(err, ZP_ERR_INVAL, "state", "cannot delete container %s "
                      "that is not stopped: %s", state.id,
                      state_status(&state));
    else
        rc = container_remove(call, &state, err);
    state_close(&state);
    return rc;
}

/*
 * Half a removal would leave a zone that nobody asks for again: containerd
 * gives a delete seconds, and kills it. So it is a child's, which goes on.
 */
int verb_delete(struct call *call, struct zp_error *err)
{
    struct birth birth;
    pid_t pid;
    int rc = birth_fork(&birth, &pid, err);

    if (rc)
        return rc;
    if (pid)
        return birth_finish(&birth, ZP_OK, err);
    leave_caller(-1);
    rc = delete(call, err);
    if (rc)
        birth_failed(&birth, err);
    else
        birth_ready(&birth);
    _exit(rc ? EXIT_LOST : EXIT_SUCCESS);
}
