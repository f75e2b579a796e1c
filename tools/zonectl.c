/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl: the verbs, and what becomes of their output. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drop.h"
#include "zonectl.h"

#ifdef HAVE_XEN
#define LIVE(run) (run)
#else
#define LIVE(run) NULL
#endif

#define G_PLACES (G_ALL | G_HOST | G_REQUEST)

static const struct verb verbs[] = {
    { "host", "", 0, 0, G_ALL | G_HOST | G_DRAW | G_SHOW_HOST, false, false,
      cmd_host,
      "Show nodes, distances and free memory of the host" },
    { "plan", "[FILE]", 0, 1, G_PLACES | G_PLAN | G_DRAW, false, false,
      cmd_plan, "Decide where a zone would live, and change nothing" },
    { "advise", "", 0, 0, G_PLACES, false, false, cmd_advise,
      "Name the nodes for so many vcpus and so much memory" },
    { "render", "", 0, 0, G_PLACES | G_RENDER, false, false, cmd_render,
      "Make a plan into an xl.cfg, ACPI tables and more" },
    { "density", "", 0, 0, G_PLACES | G_DENSITY, false, false, cmd_density,
      "Count how many zones fit, and what is stranded" },
    { "launch", "[FILE]", 0, 1, G_ALL | G_REQUEST | G_LAUNCH, true, true,
      LIVE(cmd_launch), "Plan a zone and start it; FILE is an xl.cfg" },
    { "list", "", 0, 0, G_ALL, true, false, LIVE(cmd_list), "List zones" },
    { "show", "ZONE", 1, 1, G_ALL | G_DRAW, true, false, LIVE(cmd_show),
      "Show what a zone asked for, its plan and what it has" },
    { "verify", "[ZONE]", 0, 1, G_ALL | G_VERIFY, true, false,
      LIVE(cmd_verify), "Compare plan, Xen and guest; exit 4 if they differ" },
    { "audit", "", 0, 0, G_ALL | G_AUDIT, true, false, LIVE(cmd_audit),
      "Look where all guests are, and what would mend it" },
    { "adopt", "[GUEST]", 0, 1, G_ALL | G_ADOPT, true, true, LIVE(cmd_adopt),
      "Record what a guest of xl has, and keep it for it" },
    { "stat", "[ZONE]", 0, 1, G_ALL | G_STAT, true, false, LIVE(cmd_stat),
      "Show where memory is and where vcpus run" },
    { "mem-set", "ZONE SIZE", 2, 2, G_ALL | G_MEM_SET, true, true,
      LIVE(cmd_mem_set), "Change a dynamic zone's memory, within its plan" },
    { "vcpu-set", "ZONE N", 2, 2, G_ALL, true, true, LIVE(cmd_vcpu_set),
      "Have N of a zone's vcpus online, within its plan" },
    { "console", "ZONE", 1, 1, G_ALL | G_CONSOLE, true, true,
      LIVE(cmd_console), "Attach to a zone's console; ^] leaves" },
    { "pause", "ZONE", 1, 1, G_ALL, true, true, LIVE(cmd_pause),
      "Stop a zone's vcpus" },
    { "unpause", "ZONE", 1, 1, G_ALL, true, true, LIVE(cmd_unpause),
      "Let them run again" },
    { "shutdown", "ZONE", 1, 1, G_ALL | G_SHUTDOWN, true, true,
      LIVE(cmd_shutdown), "Ask a zone to power off" },
    { "destroy", "ZONE", 1, 1, G_ALL, true, true, LIVE(cmd_destroy),
      "End a zone now" },
    { "autostart", "", 0, 0, G_ALL | G_AUTOSTART, true, true,
      LIVE(cmd_autostart), "Launch the zones that are marked for it" },
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < NR_VERBS; i++) {
        if (!strcmp(verbs[i].name, name))
            return &verbs[i];
    }
    return NULL;
}

static int usage_error(bool json, const char *what, const char *word)
{
    struct zp_error err;

    fail(&err, ZP_ERR_INVAL, "verb", "%s%s: see zonectl --help", what, word);
    return refuse(json, EXIT_USAGE, &err);
}

static void add_help(struct spool *out)
{
    spool_add(out, "usage: zonectl VERB [OPTION ...]\n\n");
    for (size_t i = 0; i < NR_VERBS; i++)
        spool_add(out, "  %-10s %s\n", verbs[i].name, verbs[i].help);
    spool_add(out, "\n  --help, --version\n"
              "  --verbs, --long-options [VERB]  lists for completion\n\n"
              "zonectl VERB --help names the options of a verb. All verbs "
              "take --json.\n");
#ifndef HAVE_XEN
    spool_add(out, "Built without Xen: only host, plan, advise, render and "
              "density, on host files.\n");
#endif
}

/* For completion and the tests that hold the manual against the binary. */
static int add_long_options(const char *word, struct spool *out)
{
    const struct verb *verb;

    if (!word) {
        options_list(~0u, out);
        spool_add(out, "--version\n--long-options\n--verbs\n");
        return EXIT_OK;
    }
    verb = find_verb(word);
    if (!verb)
        return usage_error(false, "no verb ", word);
    options_list(verb->groups, out);
    return EXIT_OK;
}

/* Output is written here and nowhere else; a full disk is a failure. */
static int flush_out(struct spool *out, int exit_code)
{
    struct zp_error err;

    if (out->len && write_all(STDOUT_FILENO, out->buf, out->len)) {
        fail(&err, ZP_ERR_IO, NULL, "standard output: %m");
        exit_code = refuse(false, EXIT_FAILED, &err);
    }
    spool_clear(out);
    return exit_code;
}

static int general(int argc, char **argv)
{
    struct spool out = { 0 };
    int exit_code = EXIT_OK;

    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        add_help(&out);
    } else if (!strcmp(argv[1], "--version")) {
        spool_add(&out, "zonectl %s\n", zp_version());
    } else if (!strcmp(argv[1], "--verbs")) {
        for (size_t i = 0; i < NR_VERBS; i++)
            spool_add(&out, "%s\n", verbs[i].name);
    } else if (!strcmp(argv[1], "--long-options")) {
        exit_code = add_long_options(argc > 2 ? argv[2] : NULL, &out);
    } else if (argv[1][0] == '-') {
        exit_code = usage_error(false, "unknown option ", argv[1]);
    } else {
        exit_code = usage_error(false, "no verb ", argv[1]);
    }
    return flush_out(&out, exit_code);
}

int only_look(const struct ctl *ctl)
{
    struct zp_error err;

    if (ctl->verb->changes || drop_privileges(true) == 0)
        return EXIT_OK;
    fail(&err, ZP_ERR_IO, "privileges", "can't give up privileges: %m");
    return refuse(ctl->json, EXIT_FAILED, &err);
}

static int run(struct ctl *ctl, int argc, char **argv)
{
    struct zp_error err;
    int exit_code;

    if (options_parse(ctl, argc, argv, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    if (given(ctl, OPT_HELP)) {
        options_help(ctl->verb, &ctl->out);
        return EXIT_OK;
    }
    if (!ctl->verb->run) {
        fail(&err, ZP_ERR_UNSUPPORTED, "xen",
             "built without Xen: %s needs a live host", ctl->verb->name);
        return refuse(ctl->json, EXIT_FAILED, &err);
    }
    /* Of a live host what has died is mended first: open_xen(). */
    exit_code = given(ctl, OPT_HOST) ? only_look(ctl) : EXIT_OK;
    return exit_code == EXIT_OK ? ctl->verb->run(ctl) : exit_code;
}

/* Looked for ahead of the options, so that a refusal of those is JSON too. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
        if (!strcmp(argv[i], "--json"))
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct ctl ctl = { 0 };
    int exit_code;

    if (argc < 2)
        return usage_error(false, "no verb given", "");
    ctl.verb = find_verb(argv[1]);
    if (!ctl.verb)
        return general(argc, argv);
    ctl.json = wants_json(argc - 1, argv + 1);
    exit_code = run(&ctl, argc - 1, argv + 1);
#ifdef HAVE_XEN
    zp_xen_close(ctl.xen);
#endif
    if (exit_code == EXIT_OK || exit_code == EXIT_DIFFERS)
        exit_code = flush_out(&ctl.out, exit_code);
    if (exit_code == EXIT_OK && ctl.warnings.len)
        (void)write_all(STDERR_FILENO, ctl.warnings.buf, ctl.warnings.len);
    spool_clear(&ctl.out);
    spool_clear(&ctl.warnings);
    free(ctl.given);
    return exit_code;
}
