/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host to plan for: a file, or the machine we are on. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "zonectl.h"

static bool is_directory(const char *path)
{
    struct stat st;

    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int read_host_text(const char *path, struct spool *text,
                          struct zp_error *err)
{
    return is_directory(path) ? read_sysfs(path, text, err)
                              : read_file(path, text, err);
}

/* A saved host: its topology and load, and what it was read from. */
static int read_host_file(const char *path, struct spool *text,
                          struct zp_topology **topo_out,
                          struct zp_load **load_out, struct zp_error *err)
{
    struct zp_error why;
    int rc = read_host_text(path, text, err);

    if (rc)
        return rc;
    if (zp_host_from_buffer(text->buf, text->len, topo_out, load_out, &why))
        return fail(err, why.code, why.limit, "%s: %s", path, why.msg);
    return ZP_OK;
}

#ifdef HAVE_XEN
int open_xen(struct ctl *ctl)
{
    struct zp_error err;
    unsigned mended;

    if (ctl->xen)
        return EXIT_OK;
    if (zp_xen_open(&ctl->xen, &err) ||
        zp_zone_recover(ctl->xen, &mended, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (mended && !ctl->json)
        spool_add(&ctl->warnings, "warning: %u zone%s mended: a monitor or "
                  "a launch had died\n", mended, mended == 1 ? "" : "s");
    if (err.code)
        spool_add(&ctl->warnings, "warning: can't mend %s\n", err.msg);
    return only_look(ctl);
}

static int read_topology(struct ctl *ctl, struct host *host)
{
    struct spool text CLEANUP(spool_clear) = { 0 };
    const char *path = given(ctl, OPT_TOPOLOGY);
    struct zp_load *load = NULL;
    struct zp_error err;

    if (!path)
        return EXIT_OK;
    if (read_host_file(path, &text, &host->l3_from, &load, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    zp_load_free(load);
    host->opt.l3_from = host->l3_from;
    return EXIT_OK;
}

static int read_live(struct ctl *ctl, struct host *host)
{
    struct zp_error err;
    int rc;

    if (zp_host_options_read(NULL, &host->opt, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (host->pool && *host->pool)
        snprintf(host->opt.cpupool, sizeof(host->opt.cpupool), "%s",
                 host->pool);
    if (host_options_apply(ctl, &host->opt, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    rc = read_topology(ctl, host);
    if (!rc)
        rc = open_xen(ctl);
    if (rc)
        return rc;
    if (zp_xen_info(ctl->xen, &host->info, &err) ||
        zp_xen_probe(ctl->xen, &host->opt, &host->topo, &host->load, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    host->live = true;
    return EXIT_OK;
}

/* What keeps other verbs from working is a finding here. */
static int read_live_setup(struct ctl *ctl, struct host *host,
                           struct zp_setup *setup)
{
    struct zp_error err;
    int rc;

    if (zp_host_options_read(NULL, &host->opt, &err))
        host->opt = (struct zp_host_options){ .reserve_percent = 0 };
    if (host_options_apply(ctl, &host->opt, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    rc = read_topology(ctl, host);
    if (rc)
        return rc;
    if (zp_xen_open(&ctl->xen, &err)) {
        if (strcmp(err.limit, "xenstored") != 0)
            return refuse(ctl->json, EXIT_FAILED, &err);
        zp_xen_setup(NULL, setup);
        setup->xenstored = ZP_ANSWER_NO;
        return EXIT_OK;
    }
    zp_xen_setup(ctl->xen, setup);
    if (setup->pool_exists == ZP_ANSWER_NO)
        host->opt.cpupool[0] = '\0';
    if (zp_xen_probe(ctl->xen, &host->opt, &host->topo, &host->load, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    host->live = true;
    return EXIT_OK;
}
#else
static int read_live(struct ctl *ctl, struct host *host)
{
    struct zp_error err;

    (void)host;
    fail(&err, ZP_ERR_UNSUPPORTED, "xen",
         "built without Xen: there is no live host, give --host FILE");
    return refuse(ctl->json, EXIT_FAILED, &err);
}

static int read_live_setup(struct ctl *ctl, struct host *host,
                           struct zp_setup *setup)
{
    (void)setup;
    return read_live(ctl, host);
}
#endif

/* What the file itself keeps from zones stays kept. */
static int reserve_more(struct ctl *ctl, struct zp_load *load)
{
    struct zp_host_options opt = { 0 };
    struct zp_error err;

    opt.reserved_pcpus = *zp_load_reserved_pcpus(load);
    if (host_options_apply(ctl, &opt, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    zp_load_set_reserved_pcpus(load, &opt.reserved_pcpus);
    return EXIT_OK;
}

/* Options that a host file has no use for. */
static int only_for_files(struct ctl *ctl)
{
    struct zp_error err;

    if (given(ctl, OPT_CPUPOOL)) {
        fail(&err, ZP_ERR_INVAL, "cpupool",
             "--cpupool names a pool of the live host, a host file has none");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    if (given(ctl, OPT_TOPOLOGY)) {
        fail(&err, ZP_ERR_INVAL, "topology",
             "--topology goes with the live host: a host file has its own");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    return EXIT_OK;
}

static int host_read_file(struct ctl *ctl, const char *path,
                          struct host *host)
{
    struct zp_error err;
    int rc = only_for_files(ctl);

    if (rc)
        return rc;
    if (read_host_file(path, &host->text, &host->topo, &host->load, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return reserve_more(ctl, host->load);
}

int hosts_read_file(struct ctl *ctl, const char *path,
                    struct zp_hosts **hosts_out)
{
    struct spool text CLEANUP(spool_clear) = { 0 };
    struct zp_error err, why;
    int rc = only_for_files(ctl);

    if (rc)
        return rc;
    if (read_host_text(path, &text, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    if (zp_hosts_from_buffer(text.buf, text.len, hosts_out, &why)) {
        fail(&err, why.code, why.limit, "%s: %s", path, why.msg);
        return refuse(ctl->json, EXIT_FAILED, &err);
    }
    for (uint32_t i = 0; !rc && i < zp_hosts_nr_kinds(*hosts_out); i++)
        rc = reserve_more(ctl, zp_hosts_load(*hosts_out, i));
    if (rc) {
        zp_hosts_free(*hosts_out);
        *hosts_out = NULL;
    }
    return rc;
}

int host_read(struct ctl *ctl, struct host *host)
{
    const char *path = given(ctl, OPT_HOST);
    struct zp_error err;

    if (path)
        return host_read_file(ctl, path, host);
    if (given(ctl, OPT_TIER)) {
        fail(&err, ZP_ERR_INVAL, "tier",
             "--tier goes with --host FILE: a live host is asked");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    return read_live(ctl, host);
}

/* Of a host file only JSON has room for readings, and need not have any. */
static int setup_of_text(const struct spool *text, struct zp_setup *setup,
                         struct zp_error *err)
{
    size_t at = 0;

    zp_setup_init(setup);
    while (at < text->len && strchr(" \t\r\n", text->buf[at]))
        at++;
    if (at == text->len || text->buf[at] != '{' ||
        zp_setup_from_json(text->buf, text->len, setup, err) ==
            ZP_ERR_NOTFOUND)
        err->code = ZP_OK;
    return err->code;
}

int host_read_setup(struct ctl *ctl, struct host *host,
                    struct zp_setup *setup_out)
{
    const char *path = given(ctl, OPT_HOST);
    struct zp_error err, why = { .code = ZP_OK };
    int rc;

    if (!path && given(ctl, OPT_TIER)) {
        fail(&err, ZP_ERR_INVAL, "tier",
             "--tier goes with --host FILE: a live host is asked");
        return refuse(ctl->json, EXIT_USAGE, &err);
    }
    if (!path)
        return read_live_setup(ctl, host, setup_out);
    rc = host_read_file(ctl, path, host);
    if (rc)
        return rc;
    if (setup_of_text(&host->text, setup_out, &why)) {
        fail(&err, why.code, why.limit, "%s: %s", path, why.msg);
        return refuse(ctl->json, EXIT_FAILED, &err);
    }
    return EXIT_OK;
}

void host_clear(struct host *host)
{
    zp_load_free(host->load);
    zp_topology_free(host->topo);
    zp_topology_free(host->l3_from);
    spool_clear(&host->text);
    *host = (struct host){ 0 };
}

int host_for_request(struct ctl *ctl, struct planned *p)
{
    int rc = host_read(ctl, &p->host);

    if (rc)
        return rc;
    if (p->host.live) {
        p->req.tier = p->host.info.tier;
        if (!given(ctl, OPT_VCPU_RATIO))
            p->req.vcpu_ratio = p->host.opt.vcpu_ratio;
    }
    return EXIT_OK;
}

int plan_on_host(struct ctl *ctl, struct planned *p)
{
    struct zp_error err;
    int rc = host_for_request(ctl, p);

    if (rc)
        return rc;
    if (zp_place(p->host.topo, p->host.load, &p->req, &p->plan, &err))
        return refuse(ctl->json, exit_of_request(&err), &err);
    return EXIT_OK;
}

int plan_request(struct ctl *ctl, struct planned *p)
{
    struct zp_error err;

    zp_request_init(&p->req);
    if (request_from(ctl, &p->req, &err))
        return refuse(ctl->json, exit_of_request(&err), &err);
    if (request_apply(ctl, &p->req, &err))
        return refuse(ctl->json, exit_of_request(&err), &err);
    return plan_on_host(ctl, p);
}

int add_warnings(struct ctl *ctl, const struct planned *p)
{
    CLEANUP(free_text) char *text = NULL;
    struct zp_error err;
    const char *line;

    if (ctl->json)
        return EXIT_OK;
    if (zp_plan_warnings(p->host.topo, p->host.load, &p->req, &p->plan, &text,
                         &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    for (line = text; *line; line += strcspn(line, "\n"), line += *line != 0)
        spool_add(&ctl->warnings, "warning: %.*s\n",
                  (int)strcspn(line, "\n"), line);
    return EXIT_OK;
}

void planned_clear(struct planned *p)
{
    host_clear(&p->host);
}
