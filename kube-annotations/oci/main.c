/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zone-oci: the command line, which is runc's as far as it goes. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "oci.h"

static const char usage[] =
    "usage: zone-oci [OPTION]... VERB [OPTION]... [ID]\n"
    "An OCI runtime whose containers run in zones: see zone-oci(8)\n"
    "\n"
    "  create --bundle DIR [--pid-file FILE] [--console-socket SOCKET] ID\n"
    "  start ID\n"
    "  state ID\n"
    "  kill [--all] ID [SIGNAL]\n"
    "  delete [--force] ID\n"
    "  exec --process FILE [--detach] [--pid-file FILE]\n"
    "       [--console-socket SOCKET] ID\n"
    "  features\n"
    "\n"
    "  --root DIR              where it keeps what it knows of containers\n"
    "  --config FILE           read this instead of oci.conf\n"
    "  --log FILE, --log-format text|json\n"
    "  --version, --help\n";

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct log {
    const char *path;
    bool json;
};

/* containerd reads the last error of its file. */
static void log_error(const struct log *log, const char *msg)
{
    struct zp__json_writer w = ZP__JSON_WRITER;
    struct zp_error err;
    char stamp[32], *text;
    time_t now = time(NULL);
    FILE *file;

    fprintf(stderr, "zone-oci: %s\n", msg);
    file = log->path ? fopen(log->path, "ae") : NULL;
    if (!file)
        return;
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    zp__json_open_line(&w, NULL, '{');
    zp__json_put_string(&w, "level", "error");
    zp__json_put_string(&w, "msg", msg);
    zp__json_put_string(&w, "time", stamp);
    zp__json_close(&w, '}');
    if (!zp__json_take(&w, &text, &err)) {
        if (log->json)
            fputs(text, file);
        else
            fprintf(file, "time=\"%s\" level=error msg=\"%s\"\n", stamp, msg);
        free(text);
    }
    fclose(file);
}

/* ---- features ---- */

static void put_words(struct zp__json_writer *w, const char *key,
                      const char *const words[])
{
    zp__json_open_line(w, key, '[');
    for (; *words; words++)
        zp__json_put_string(w, NULL, *words);
    zp__json_close(w, ']');
}

static void put_disabled(struct zp__json_writer *w, const char *key)
{
    zp__json_open_line(w, key, '{');
    zp__json_put_bool(w, "enabled", false);
    zp__json_close(w, '}');
}

/* As the runtime specification has it (features.md). */
static int verb_features(struct call *call, struct zp_error *err)
{
    static const char *const namespaces[] = {
        "cgroup", "ipc", "mount", "network", "pid", "uts", NULL };
    struct zp__json_writer w = ZP__JSON_WRITER;
    char *text;
    int rc;

    zp__json_open(&w, NULL, '{');
    zp__json_put_string(&w, "ociVersionMin", "1.0.0");
    zp__json_put_string(&w, "ociVersionMax", "1.1.0");
    zp__json_open(&w, "linux", '{');
    put_words(&w, "namespaces", namespaces);
    zp__json_open(&w, "seccomp", '{');
    zp__json_put_bool(&w, "enabled", zk_seccomp_actions[0] &&
                      call->conf.rules.seccomp == ZK_SECCOMP_APPLY);
    put_words(&w, "actions", zk_seccomp_actions);
    put_words(&w, "operators", zk_seccomp_operators);
    put_words(&w, "archs", zk_seccomp_archs);
    put_words(&w, "knownFlags", zk_seccomp_flags);
    put_words(&w, "supportedFlags", zk_seccomp_flags);
    zp__json_close(&w, '}');
    put_disabled(&w, "apparmor");
    put_disabled(&w, "selinux");
    zp__json_close(&w, '}');
    zp__json_close(&w, '}');
    rc = zp__json_take(&w, &text, err);
    if (rc)
        return rc;
    rc = fputs(text, stdout) < 0;
    free(text);
    return rc;
}

/* ---- options ---- */

static int bad_usage(const char *what, const char *value)
{
    fprintf(stderr, "zone-oci: %s%s (see --help)\n", what, value);
    return EXIT_USAGE;
}

static bool set_verb_option(struct call *call, int option)
{
    switch (option) {
    case 'b':
        call->bundle = optarg;
        break;
    case 'p':
        call->pid_file = optarg;
        break;
    case 'c':
        call->console = optarg;
        break;
    case 'P':
        call->process = optarg;
        break;
    case 'd':
        call->detach = true;
        break;
    case 'f':
        call->force = true;
        break;
    case 'a':
        call->all = true;
        break;
    /* runc's, about what a zone has not: its sessions' keyrings, its root. */
    case 'n':
        break;
    default:
        return false;
    }
    return true;
}

static bool parse_verb(struct call *call, int argc, char **argv)
{
    static const struct option options[] = {
        { "bundle", required_argument, NULL, 'b' },
        { "pid-file", required_argument, NULL, 'p' },
        { "console-socket", required_argument, NULL, 'c' },
        { "process", required_argument, NULL, 'P' },
        { "detach", no_argument, NULL, 'd' },
        { "force", no_argument, NULL, 'f' },
        { "all", no_argument, NULL, 'a' },
        { "no-new-keyring", no_argument, NULL, 'n' },
        { "no-pivot", no_argument, NULL, 'n' },
        { NULL, 0, NULL, 0 },
    };
    int option;

    optind = 0;
    while ((option = getopt_long(argc, argv, "+:b:p:dfa", options, NULL)) !=
           -1) {
        if (!set_verb_option(call, option))
            return false;
    }
    call->argv = argv + optind;
    if (optind < argc)
        call->id = *call->argv++;
    return true;
}

static const struct {
    const char *name;
    int (*run)(struct call *call, struct zp_error *err);
    bool of_id;
} verbs[] = {
    { "create", verb_create, true }, { "start", verb_start, true },
    { "state", verb_state, true }, { "kill", verb_kill, true },
    { "delete", verb_delete, true }, { "exec", verb_exec, true },
    { "features", verb_features, false },
};

enum { NR_VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static int run_verb(struct call *call, const struct log *log,
                    const char *conf_path, int argc, char **argv)
{
    struct zp_error err = { .msg = "failed" };
    size_t i;
    int rc;

    for (i = 0; i < NR_VERBS && strcmp(argv[0], verbs[i].name); i++)
        ;
    if (i == NR_VERBS)
        return bad_usage("no such verb: ", argv[0]);
    if (!parse_verb(call, argc, argv))
        return bad_usage("not understood after ", verbs[i].name);
    if (verbs[i].of_id && (!call->id || !id_is_good(call->id)))
        return bad_usage(call->id ? "no id of a container: "
                                  : "the id of a container is missing",
                         call->id ? call->id : "");
    rc = conf_read(conf_path, &call->conf, &err);
    if (!rc)
        rc = verbs[i].run(call, &err);
    if (rc < 0)
        log_error(log, err.msg);
    else if (fflush(stdout))
        return EXIT_FAILED;
    return rc < 0 ? EXIT_FAILED : rc;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "root", required_argument, NULL, 'r' },
        { "config", required_argument, NULL, 'C' },
        { "log", required_argument, NULL, 'l' },
        { "log-format", required_argument, NULL, 'F' },
        { "systemd-cgroup", no_argument, NULL, 's' },
        { "debug", no_argument, NULL, 's' },
        { "version", no_argument, NULL, 'v' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct call call = { .root = "/run/zoneplace/oci" };
    struct log log = { NULL, false };
    const char *conf_path = NULL;
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "+:hv", options, NULL)) != -1) {
        switch (option) {
        case 'r':
            call.root = optarg;
            break;
        case 'C':
            conf_path = optarg;
            break;
        case 'l':
            log.path = optarg;
            break;
        case 'F':
            log.json = !strcmp(optarg, "json");
            break;
        case 's':                /* of cgroups and runc's own talk: none */
            break;
        case 'v':
            return printf("zone-oci version %s\nspec: 1.0.2\n",
                          PACKAGE_VERSION) < 0 || fflush(stdout);
        case 'h':
            return fputs(usage, stdout) < 0 || fflush(stdout);
        default:
            return bad_usage("not understood: ", argv[optind - 1]);
        }
    }
    if (optind == argc)
        return bad_usage("the verb is missing", "");
    return run_verb(&call, &log, conf_path, argc - optind, argv + optind);
}
