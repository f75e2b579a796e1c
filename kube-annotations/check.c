/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kube-annotations - what a pod's annotations ask for, and where its zone would
 * go, before any cluster sees the manifest: see kube-annotations(1)
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapt/json.h"
#include "files.h"
#include "manifest.h"

static const char usage[] =
    "usage: kube-annotations check [OPTION]... FILE\n"
    "Check the annotations of the pods in a manifest (YAML or JSON), \"-\" for\n"
    "standard input, and print the zones that they ask for\n"
    "\n"
    "  --host FILE           plan them on this host, each alone\n"
    "  --tier stock|patched  of the host's Xen; stock if not given\n"
    "  --handler NAME        runtime class of zones; zone if not given\n"
    "  --allow-kernel PATH   a kernel that pods may name; may be repeated\n"
    "  --allow-cmdline TEXT  a command line that they may; may be repeated\n"
    "  --json                print JSON\n"
    "  --version, --help\n"
    "\n"
    "Exit: 0 fine, 1 failed, 2 a bad manifest, annotation or option, 3 a zone\n"
    "does not fit the host.\n";

enum { EXIT_FAILED = 1, EXIT_BAD = 2, EXIT_NO_FIT = 3 };
enum { MAX_ALLOWED = 64 };
/* Host files may have 16 MiB. */
#define MAX_FILE ((size_t)16 << 20)

struct check {
    const char *file, *host_file, *handler;
    const char *kernel[MAX_ALLOWED + 1];
    const char *cmdline[MAX_ALLOWED + 1];
    struct zk_rules rules;
    bool json;
    struct zp_topology *topo;
    struct zp_load *load;
    struct zp__json_writer out;
    int exit_code;               /* the first that was not 0 */
};

static int exit_of(int rc)
{
    switch (rc) {
    case ZP_ERR_INVAL:
    case ZP_ERR_PARSE:
        return EXIT_BAD;
    case ZP_ERR_RANGE:
    case ZP_ERR_INFEASIBLE:
    case ZP_ERR_NOTFOUND:
        return EXIT_NO_FIT;
    default:
        return EXIT_FAILED;
    }
}

static void complain(struct check *c, int code, const char *where,
                     const char *msg)
{
    fprintf(stderr, "kube-annotations: %s%s%s\n", where, *where ? ": " : "",
            msg);
    if (!c->exit_code)
        c->exit_code = code;
}

/* The whole file; the caller frees it. NULL: told. */
static char *read_file(struct check *c, const char *name, size_t *len_out)
{
    struct zp_error err;
    char *text;
    int rc;

    if (strcmp(name, "-"))
        rc = zk_read_whole(AT_FDCWD, name, MAX_FILE, &text, len_out, &err);
    else
        rc = zk_read_fd(dup(STDIN_FILENO), name, MAX_FILE, &text, len_out,
                        &err);
    if (!rc)
        return text;
    complain(c, EXIT_FAILED, "", err.msg);
    return NULL;
}

/* ---- a pod ---- */

static const char *name_of(const struct zk_manifest_pod *pod)
{
    return pod->pod.name ? pod->pod.name : "(no name)";
}

/* What the annotations do not tell. */
static void add_notes(const struct check *c, const struct zk_manifest_pod *pod,
                      struct zp__text *notes)
{
    if (!pod->handler || strcmp(pod->handler, c->handler))
        zp__text_add(notes, "runtimeClassName: %.60s, not %.60s: this pod "
                     "becomes no zone\n", pod->handler ? pod->handler : "none",
                     c->handler);
    if (pod->unlimited && pod->pod.mem_bytes)
        zp__text_add(notes, "memory: %u containers without a limit count as "
                     "nothing\n", pod->unlimited);
}

/* A line each; a name may hold anything. */
static void print_line(FILE *to, const char *head, const char *name,
                       const char *text, size_t len)
{
    const char *at;

    fputs(head, to);
    for (at = name; *at; at++)
        putc((unsigned char)*at < 0x20 || *at == 0x7f ? '?' : *at, to);
    fputs(": ", to);
    for (at = text; at < text + len; at++)
        putc((unsigned char)*at < 0x20 || *at == 0x7f ? '?' : *at, to);
    putc('\n', to);
}

static void print_notes(const char *name, const char *notes)
{
    for (; notes && *notes; notes += strcspn(notes, "\n") + 1)
        print_line(stderr, "warning: ", name, notes, strcspn(notes, "\n"));
}

static void print_zone(const struct zk_zone *zone, const char *name)
{
    const struct zp_request *req = &zone->req;
    char text[200];
    int len;

    len = snprintf(text, sizeof(text), "%u vcpus, %llu MiB%s, %s%s", req->vcpus,
                   (unsigned long long)req->mem_kib / 1024,
                   req->mem_kib < req->max_mem_kib ? " at boot" : "",
                   req->memory_policy == ZP_MEMORY_STATIC ? "static"
                                                          : "dynamic",
                   req->strategy == ZP_SCATTER ? ", scattered" : "");
    if (req->mem_kib < req->max_mem_kib)
        len += snprintf(text + len, sizeof(text) - (size_t)len,
                        ", up to %llu MiB",
                        (unsigned long long)req->max_mem_kib / 1024);
    if (req->nr_vnodes)
        len += snprintf(text + len, sizeof(text) - (size_t)len, ", %u nodes",
                        req->nr_vnodes);
    print_line(stdout, "zone ", name, text, (size_t)len);
}

static int print_plan(struct check *c, const struct zp_plan *plan,
                      struct zp_error *err)
{
    char *text ZP_CLEANUP(zp__cleanup_free) = NULL;
    int rc = zp_plan_to_text(c->topo, plan, &text, err);

    if (!rc)
        fputs(text, stdout);
    return rc;
}

static void write_plan(struct check *c, const struct zk_zone *zone,
                       const struct zp_plan *plan)
{
    struct zp_request req = zone->req;
    char *warnings ZP_CLEANUP(zp__cleanup_free) = NULL;
    char *why ZP_CLEANUP(zp__cleanup_free) = NULL;

    req.memory_policy = plan->memory_policy;
    if (zp__plan_texts(c->topo, c->load, &req, plan, &warnings, &why, NULL))
        c->out.text.failed = true;
    zp__plan_write(&c->out, "plan", plan, warnings, why);
}

/* The zone's place, if there is a host. */
static int place(struct check *c, const struct zk_zone *zone, const char *name,
                 struct zp_error *err)
{
    struct zp_plan *plan;
    char why[256];
    int rc;

    if (!c->topo)
        return ZP_OK;
    plan = malloc(sizeof(*plan));
    if (!plan)
        return zp__nomem(err);
    rc = zk_place(c->topo, c->load, zone, plan, why, err);
    if (!rc && *why && !c->json)
        print_line(stderr, "warning: ", name, why, strlen(why));
    if (!rc && c->json) {
        if (*why)
            zp__json_put_string(&c->out, "static_because", why);
        write_plan(c, zone, plan);
    } else if (!rc) {
        rc = print_plan(c, plan, err);
    }
    free(plan);
    return rc;
}

static int check_zone(struct check *c, const struct zk_manifest_pod *pod,
                      struct zp_error *err)
{
    struct zp__text more = ZP__TEXT_INIT;
    char *notes ZP_CLEANUP(zp__cleanup_free) = NULL;
    char *others ZP_CLEANUP(zp__cleanup_free) = NULL;
    struct zk_zone zone;
    int rc = zk_zone_from_pod(&pod->pod, &c->rules, &zone, &notes, err);

    add_notes(c, pod, &more);
    if (!rc)
        zp__text_add(&more, "%s", notes);
    if (zp__text_take(&more, &others, rc ? NULL : err) && !rc)
        rc = err->code;
    zp__text_clear(&more);
    if (c->json)
        zp__json_put_lines(&c->out, "notes", others);
    else
        print_notes(name_of(pod), others);
    if (rc)
        return rc;
    if (c->json)
        zp__request_write(&c->out, "request", &zone.req);
    else
        print_zone(&zone, name_of(pod));
    return place(c, &zone, name_of(pod), err);
}

static void check_pod(struct check *c, const struct zk_manifest_pod *pod)
{
    struct zp_error err = { 0 };
    char where[200];
    int rc;

    if (c->json) {
        zp__json_open(&c->out, NULL, '{');
        zp__json_put_string(&c->out, "pod", name_of(pod));
        zp__json_put_string(&c->out, "kind", pod->kind);
    }
    rc = check_zone(c, pod, &err);
    if (rc) {
        snprintf(where, sizeof(where), "%.80s: %s %.60s", c->file, pod->kind,
                 name_of(pod));
        complain(c, exit_of(rc), where, err.msg);
    }
    if (c->json) {
        if (rc)
            zp__json_put_string(&c->out, "error", err.msg);
        zp__json_close(&c->out, '}');
    }
}

/* ---- the command ---- */

static void check_manifest(struct check *c)
{
    struct zk_manifest *manifest = NULL;
    struct zp_error err = { 0 };
    char *text ZP_CLEANUP(zp__cleanup_free) = NULL;
    char *json ZP_CLEANUP(zp__cleanup_free) = NULL;
    size_t len;
    uint32_t i;
    int rc;

    text = read_file(c, c->file, &len);
    if (!text)
        return;
    rc = zk_manifest_read(text, len, &manifest, &err);
    if (rc) {
        complain(c, exit_of(rc), c->file, err.msg);
        return;
    }
    if (c->json) {
        zp__json_open(&c->out, NULL, '{');
        zp__json_open(&c->out, "pods", '[');
    }
    for (i = 0; i < zk_manifest_nr_pods(manifest); i++)
        check_pod(c, zk_manifest_pod(manifest, i));
    zk_manifest_free(manifest);
    if (!c->json)
        return;
    zp__json_close(&c->out, ']');
    zp__json_close(&c->out, '}');
    if (zp__json_take(&c->out, &json, &err))
        complain(c, EXIT_FAILED, "", err.msg);
    else
        fputs(json, stdout);
}

static void read_host(struct check *c)
{
    char *text ZP_CLEANUP(zp__cleanup_free) = NULL;
    struct zp_error err = { 0 };
    size_t len;
    int rc;

    text = read_file(c, c->host_file, &len);
    if (!text)
        return;
    rc = zp_host_from_buffer(text, len, &c->topo, &c->load, &err);
    if (rc)
        complain(c, EXIT_FAILED, c->host_file, err.msg);
}

/* Adds to a list that NULL ends; false if it is full. */
static bool allow(const char **list, const char *value)
{
    size_t i;

    for (i = 0; list[i]; i++)
        ;
    if (i == MAX_ALLOWED)
        return false;
    list[i] = value;
    return true;
}

static bool set_option(struct check *c, int option)
{
    switch (option) {
    case 'h':
        c->host_file = optarg;
        return true;
    case 't':
        c->rules.tier = strcmp(optarg, "patched") ? ZP_TIER_STOCK
                                                  : ZP_TIER_PATCHED;
        return !strcmp(optarg, "patched") || !strcmp(optarg, "stock");
    case 'n':
        c->handler = optarg;
        return true;
    case 'k':
        return allow(c->kernel, optarg);
    case 'c':
        return allow(c->cmdline, optarg);
    case 'j':
        c->json = true;
        return true;
    default:
        return false;
    }
}

static const struct option options[] = {
    { "host", required_argument, NULL, 'h' },
    { "tier", required_argument, NULL, 't' },
    { "handler", required_argument, NULL, 'n' },
    { "allow-kernel", required_argument, NULL, 'k' },
    { "allow-cmdline", required_argument, NULL, 'c' },
    { "json", no_argument, NULL, 'j' },
    { "version", no_argument, NULL, 'V' },
    { "help", no_argument, NULL, 'H' },
    { NULL, 0, NULL, 0 },
};

static int bad_usage(const char *what, const char *value)
{
    fprintf(stderr, "kube-annotations: %s%s (see --help)\n", what, value);
    return EXIT_BAD;
}

int main(int argc, char **argv)
{
    struct check c = { .handler = "zone", .out = ZP__JSON_WRITER };
    int option;

    opterr = 0;
    c.rules.kernel = c.kernel;
    c.rules.cmdline = c.cmdline;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (option == 'H')
            return fputs(usage, stdout) < 0 || fflush(stdout);
        if (option == 'V')
            return printf("kube-annotations %s\n", zp_version()) < 0 ||
                   fflush(stdout);
        if (!set_option(&c, option))
            return bad_usage("not understood: ", argv[optind - 1]);
    }
    if (optind == argc)
        return bad_usage("the verb check is missing", "");
    if (strcmp(argv[optind], "check"))
        return bad_usage("no such verb: ", argv[optind]);
    if (argc - optind != 2)
        return bad_usage("check takes one FILE", "");
    c.file = argv[optind + 1];
    if (c.host_file)
        read_host(&c);
    if (!c.exit_code)
        check_manifest(&c);
    zp_load_free(c.load);
    zp_topology_free(c.topo);
    if (fflush(stdout) || ferror(stdout))
        complain(&c, EXIT_FAILED, "standard output", strerror(errno));
    return c.exit_code;
}
