/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl launch: a plan becomes a running zone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "zonectl.h"

static const char *const actions[] = { "destroy", "restart", "preserve",
                                       NULL };

int absolute_path(const char *what, const char *path, char **path_out,
                  struct zp_error *err)
{
    char *full = realpath(path, NULL);

    if (!full)
        return fail(err, ZP_ERR_IO, what, "--%s %s: %s", what, path,
                    strerror(errno));
    free(*path_out);
    *path_out = full;
    return ZP_OK;
}

/* Disks or interfaces of the command line replace those of a file. */
static void set_list(const struct ctl *ctl, int id, char ***list, size_t *nr)
{
    if (!given(ctl, id))
        return;
    for (size_t i = 0; i < *nr; i++)
        free((*list)[i]);
    free(*list);
    *nr = 0;
    *list = calloc(ctl->nr_given, sizeof(**list));
    for (size_t i = 0; *list && i < ctl->nr_given; i++) {
        if (ctl->given[i].id == id)
            (*list)[(*nr)++] = xstrdup(ctl->given[i].value);
    }
}

static int set_action(const struct ctl *ctl, int id, const char *what,
                      enum zp_action *action_out, struct zp_error *err)
{
    const char *word = given(ctl, id);
    int i, rc;

    if (!word)
        return ZP_OK;
    rc = parse_word(what, word, actions, &i, err);
    if (!rc)
        *action_out = ZP_ACTION_DESTROY + i;
    return rc;
}

static int set_actions(const struct ctl *ctl, struct zp_zone_spec *spec,
                       struct zp_error *err)
{
    int rc = set_action(ctl, OPT_ON_POWEROFF, "on-poweroff",
                        &spec->on_poweroff, err);

    if (!rc)
        rc = set_action(ctl, OPT_ON_REBOOT, "on-reboot", &spec->on_reboot,
                        err);
    if (!rc)
        rc = set_action(ctl, OPT_ON_CRASH, "on-crash", &spec->on_crash, err);
    return rc;
}

static int set_files(const struct ctl *ctl, struct zp_zone_spec *spec,
                     struct zp_error *err)
{
    const char *kernel = given(ctl, OPT_KERNEL);
    const char *ramdisk = given(ctl, OPT_RAMDISK);
    int rc;

    kernel = kernel ? kernel : spec->kernel;
    ramdisk = ramdisk ? ramdisk : spec->ramdisk;
    rc = absolute_path("kernel", kernel, &spec->kernel, err);
    if (!rc && ramdisk)
        rc = absolute_path("ramdisk", ramdisk, &spec->ramdisk, err);
    return rc;
}

/* What a spec doesn't hold would be another plan after a reboot of the host. */
static int check_autostart(const struct ctl *ctl,
                           const struct zp_zone_spec *spec,
                           struct zp_error *err)
{
    const char *name = given(ctl, OPT_TOPOLOGY) ? "topology"
                       : given(ctl, OPT_RESERVE_PCPUS) ? "reserve-pcpus"
                                                       : NULL;

    if (!spec->autostart || !name)
        return ZP_OK;
    return fail(err, ZP_ERR_INVAL, name, "--autostart does not keep --%s: set "
                "it in host.conf", name);
}

/* No Xen release passes PCI devices through to PVH guests. */
static int check_devices(const struct zp_request *req, struct zp_error *err)
{
    for (uint32_t i = 0; i < req->nr_near; i++) {
        if (req->near[i].attach && req->type == ZP_GUEST_PVH)
            return fail(err, ZP_ERR_UNSUPPORTED, "device", "--pci %s: no Xen "
                        "release passes PCI devices through to PVH guests; "
                        "--near places by the device", req->near[i].busid);
    }
    return ZP_OK;
}

static int read_xlcfg(const struct ctl *ctl, struct zp_zone_spec *spec,
                      struct zp_error *err)
{
    struct spool text CLEANUP(spool_clear) = { 0 };
    int rc;

    if (!ctl->nr_args)
        return ZP_OK;
    rc = read_file(ctl->args[0], &text, err);
    if (rc)
        return rc;
    return zp_zone_spec_from_xlcfg(ctl->args[0], text.buf, text.len, spec,
                                   err);
}

/* The xl.cfg if there is one, and the options over it. */
static int make_spec(const struct ctl *ctl, struct zp_zone_spec *spec,
                     struct zp_error *err)
{
    int rc = read_xlcfg(ctl, spec, err);

    if (!rc)
        rc = request_apply(ctl, &spec->request, err);
    if (!rc)
        rc = set_actions(ctl, spec, err);
    if (rc)
        return rc;
    if (!*spec->request.name)
        return fail(err, ZP_ERR_INVAL, "name", "launch: --name is missing");
    if (!given(ctl, OPT_KERNEL) && !spec->kernel)
        return fail(err, ZP_ERR_INVAL, "kernel",
                    "launch: --kernel is missing");
    if (given(ctl, OPT_CMDLINE)) {
        free(spec->cmdline);
        spec->cmdline = xstrdup(given(ctl, OPT_CMDLINE));
    }
    set_list(ctl, OPT_DISK, &spec->disks, &spec->nr_disks);
    set_list(ctl, OPT_VIF, &spec->vifs, &spec->nr_vifs);
    spec->autostart |= given(ctl, OPT_AUTOSTART) != NULL;
    spec->paused |= given(ctl, OPT_PAUSED) != NULL;
    spec->backend_affinity |= given(ctl, OPT_BACKEND_AFFINITY) != NULL;
    rc = check_autostart(ctl, spec, err);
    if (!rc)
        rc = check_devices(&spec->request, err);
    return rc ? rc : set_files(ctl, spec, err);
}

static int add_result(struct ctl *ctl, const struct planned *p,
                      const struct zp_zone_spec *spec, const uint32_t *domid,
                      const char *warning, struct zp_error *err)
{
    CLEANUP(free_text) char *text = NULL;
    int rc;

    if (ctl->json)
        rc = zp_plan_to_json(p->host.topo, p->host.load, &p->req, &p->plan,
                             &text, err);
    else
        rc = zp_plan_to_text(p->host.topo, &p->plan, &text, err);
    if (rc)
        return rc;
    if (!ctl->json && domid)
        spool_add(&ctl->out, "zone %s is domain %u\n", spec->request.name,
                  *domid);
    if (!ctl->json || !domid) {
        spool_add(&ctl->out, "%s", text);
        return ZP_OK;
    }
    spool_add(&ctl->out, "{\"zone\":");
    spool_json(&ctl->out, spec->request.name);
    spool_add(&ctl->out, ",\"domid\":%u,\"uuid\":\"%s\",\"warnings\":[",
              *domid, spec->uuid);
    if (warning)
        spool_json(&ctl->out, warning);
    spool_add(&ctl->out, "],\"plan\":%s}\n", text);
    return ZP_OK;
}

static int mark(const struct zp_zone_spec *spec, struct zp_error *err)
{
    struct zp_error why;

    if (!spec->autostart || !autostart_save(spec, &why))
        return ZP_OK;
    return fail(err, why.code, why.limit,
                "zone %s runs, but is not marked for autostart: %s",
                spec->request.name, why.msg);
}

static int attach(struct ctl *ctl, const char *name)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    struct zp_error err;

    if (zp_zone_find(ctl->xen, name, &zone, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return console_attach(ctl, zone);
}

/* What is asked for can't be had where no vcpu of dom0 is near. */
static void warn_of_backends(struct ctl *ctl, const struct zp_zone_spec *spec,
                             struct spool *warning)
{
    struct zp_pcpuset vcpus;
    struct zp_error err;
    char pnodes[160];
    uint32_t nr;

    if (!spec->backend_affinity)
        return;
    format_pnodes(&spec->plan, pnodes, sizeof(pnodes));
    if (zp_xen_home_vcpus(ctl->xen, &spec->plan, &vcpus, &nr, &err))
        spool_add(warning, "backend-affinity: %s", err.msg);
    else if (!zp_pcpuset_count(&vcpus))
        spool_add(warning, "backend-affinity: none of dom0's %u vcpus is "
                  "pinned to pnodes %s: backends run anywhere", nr, pnodes);
    if (warning->len && !ctl->json)
        spool_add(&ctl->warnings, "warning: %s\n", warning->buf);
}

static int launch(struct ctl *ctl, struct planned *p,
                  struct zp_zone_spec *spec)
{
    struct spool warning CLEANUP(spool_clear) = { 0 };
    struct progress *progress;
    struct zp_error err;
    uint32_t domid;
    int rc;

    progress = progress_begin(spec->request.name,
                              given(ctl, OPT_VERBOSE) != NULL);
    rc = zp_zone_launch(ctl->xen, &p->host.opt, spec, &domid, &err);
    progress_end(progress, !rc);
    if (rc)
        return refuse(ctl->json, exit_of_request(&err), &err);
    p->plan = spec->plan;
    warn_of_backends(ctl, spec, &warning);
    if (add_result(ctl, p, spec, &domid, warning.buf, &err) ||
        mark(spec, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    rc = add_warnings(ctl, p);
    if (rc || !given(ctl, OPT_CONSOLE))
        return rc;
    return attach(ctl, spec->request.name);
}

/* zp_zone_launch() plans, under the lock; the host is read here for the
 * warnings, and its refusal would not be final. */
int cmd_launch(struct ctl *ctl)
{
    struct planned p CLEANUP(planned_clear) = { 0 };
    struct zp_zone_spec spec CLEANUP(zp_zone_spec_clear);
    bool dry = given(ctl, OPT_DRY_RUN) != NULL;
    struct zp_error err;
    int rc;

    zp_zone_spec_init(&spec);
    if (make_spec(ctl, &spec, &err))
        return refuse(ctl->json, exit_of_request(&err), &err);
    p.req = spec.request;
    p.host.pool = spec.cpupool;
    rc = dry ? plan_on_host(ctl, &p) : host_for_request(ctl, &p);
    if (rc)
        return rc;
    spec.request = p.req;
    /* 0 asks for no limit; the library would put the host's in its place. */
    p.host.opt.vcpu_ratio = p.req.vcpu_ratio;
    memcpy(spec.cpupool, p.host.opt.cpupool, sizeof(spec.cpupool));
    if (!dry)
        return launch(ctl, &p, &spec);
    if (add_result(ctl, &p, &spec, NULL, NULL, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return add_warnings(ctl, &p);
}
