/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The library's half of a launch: decide and reserve under the lock, have the
 * domain built, hand it to a monitor. Until the record says "running", any
 * end of this process leaves a record whose holder is dead, and whoever comes
 * next wipes it (recover.c); our own failures wipe it here.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "xen/probe.h"

static void cleanup_lock(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* The name is a file name of the log, and must not be taken for a domid. */
static int check_name(const char *name, struct zp_error *err)
{
    const char *p;

    if (!isalnum((unsigned char)name[0]))
        return zp__fail(err, ZP_ERR_INVAL, "name",
                        "a zone's name begins with a letter or digit: \"%s\"",
                        name);
    for (p = name; *p; p++) {
        if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
            return zp__fail(err, ZP_ERR_INVAL, "name",
                            "a zone's name is made of letters, digits, "
                            "'.', '_' and '-': \"%s\"", name);
    }
    if (name[strspn(name, "0123456789")] == '\0')
        return zp__fail(err, ZP_ERR_INVAL, "name",
                        "a zone's name is not a mere number: %s", name);
    return ZP_OK;
}

static int check_file(const char *what, const char *path,
                      struct zp_error *err)
{
    if (path && access(path, R_OK) < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, what, "%s: %s: %s", what,
                            path, strerror(errno));
    return ZP_OK;
}

static int check_cmdline(const struct zp_zone_spec *spec,
                         struct zp_error *err)
{
    struct zp_request req = spec->request;
    int rc = zp_request_check(&req, err);

    if (rc || req.memory_policy == ZP_MEMORY_STATIC)
        return rc;
    return zp__cmdline_check(spec->cmdline, req.agent, err);
}

static int check_identity(const struct zp_zone_spec *spec,
                          struct zp_error *err)
{
    libxl_uuid uuid;
    int rc = check_name(spec->request.name, err);

    if (!rc && spec->uuid[0] && libxl_uuid_from_string(&uuid, spec->uuid))
        rc = zp__fail(err, ZP_ERR_INVAL, "uuid", "not a uuid: %s",
                      spec->uuid);
    return rc;
}

/* What can be refused before anything is looked at. */
static int check_spec(const struct zp_zone_spec *spec, struct zp_error *err)
{
    struct zp__vif vif;
    size_t i;
    int rc;

    rc = check_identity(spec, err);
    if (rc)
        return rc;
    if (!spec->kernel)
        return zp__fail(err, ZP_ERR_INVAL, "kernel", "no kernel is given");
    for (i = 0; i < spec->nr_vifs; i++) {
        rc = zp__vif_parse(spec->vifs[i], &vif, err);
        if (rc)
            return rc;
    }
    rc = check_cmdline(spec, err);
    if (!rc)
        rc = check_file("kernel", spec->kernel, err);
    return rc ? rc : check_file("ramdisk", spec->ramdisk, err);
}

static int check_free_name(struct zp_xen *xen,
                           const struct zp_zone_spec *spec,
                           struct zp_error *err)
{
    const char *name = spec->request.name;
    struct zp__record *recs;
    uint32_t domid;
    bool taken = false, twice = false;
    size_t i, nr;
    int rc = zp__store_list(xen, &recs, &nr, err);

    if (rc)
        return rc;
    for (i = 0; i < nr; i++) {
        taken |= strcmp(recs[i].name, name) == 0;
        twice |= strcmp(recs[i].uuid, spec->uuid) == 0;
    }
    zp__store_list_free(recs, nr);
    if (taken)
        return zp__fail(err, ZP_ERR_EXISTS, "name",
                        "there is a zone %s already", name);
    if (libxl_name_to_domid(xen->ctx, name, &domid) == 0)
        return zp__fail(err, ZP_ERR_EXISTS, "name",
                        "domain %u has the name %s already", domid, name);
    if (twice || zp__domain_by_uuid(xen, spec->uuid, &domid, NULL) == ZP_OK)
        return zp__fail(err, ZP_ERR_EXISTS, "uuid",
                        "the uuid %s is in use already", spec->uuid);
    return ZP_OK;
}

/* Would the zone fit if all that is in motion turned out well? */
static bool may_fit(struct zp_xen *xen, const struct zp__host *host,
                    const struct zp_host_options *opt,
                    const struct zp_topology *topo,
                    const struct zp_request *req)
{
    struct zp_load *load = NULL;
    struct zp_plan plan;
    bool fits;

    if (zp__host_load(xen, host, opt, topo, ZP__HOPEFUL, &load, NULL, NULL))
        return false;
    fits = zp_place(topo, load, req, &plan, NULL) == ZP_OK;
    zp_load_free(load);
    return fits;
}

/* @again_out: it doesn't fit now, but zones that are being built may leave
 * room for it. */
static int plan_zone(struct zp_xen *xen, const struct zp_host_options *opt,
                     struct zp_zone_spec *spec, bool *again_out,
                     struct zp_error *err)
{
    struct zp_topology *topo = NULL;
    struct zp_load *load = NULL;
    struct zp__host host;
    bool motion;
    int rc = zp__host_read(xen, &host, err);

    if (rc)
        return rc;
    rc = zp__host_topology(xen, &host, opt, &topo, err);
    if (!rc)
        rc = zp__host_load(xen, &host, opt, topo, ZP__SAFE, &load, &motion,
                           err);
    if (!rc) {
        rc = zp_place(topo, load, &spec->request, &spec->plan, err);
        *again_out = rc == ZP_ERR_INFEASIBLE && motion &&
                     may_fit(xen, &host, opt, topo, &spec->request);
    }
    zp_load_free(load);
    zp_topology_free(topo);
    zp__host_clear(&host);
    return rc;
}

static int record(struct zp_xen *xen, const struct zp_zone_spec *spec,
                  struct zp__record *rec, const sigset_t *stop,
                  struct zp_error *err)
{
    int rc;

    snprintf(rec->uuid, sizeof(rec->uuid), "%s", spec->uuid);
    snprintf(rec->name, sizeof(rec->name), "%s", spec->request.name);
    if (rec->phase == ZP__LAUNCHING)
        rec->holder = zp__who_me();
    rc = zp_zone_spec_to_json(spec, &rec->spec, err);
    if (rc)
        return rc;
    pthread_sigmask(SIG_BLOCK, stop, NULL);
    return zp__store_create(xen, rec, err);
}

/* Under the lock: from here on the record promises the plan's memory. The
 * signals of @stop end us until there is something to undo. */
static int reserve_once(struct zp_xen *xen, const struct zp_host_options *opt,
                        struct zp_zone_spec *spec, struct zp__record *rec,
                        const sigset_t *stop, bool *again_out,
                        struct zp_error *err)
{
    ZP_CLEANUP(cleanup_lock) int lock = -1;
    int rc;

    *again_out = false;
    rc = zp__lock(&lock, err);
    if (!rc)
        rc = zp__recover(xen, NULL, err);
    if (!rc)
        rc = check_free_name(xen, spec, err);
    if (!rc)
        rc = plan_zone(xen, opt, spec, again_out, err);
    return rc ? rc : record(xen, spec, rec, stop, err);
}

/* A refusal is final when it no longer hangs on zones that are being built:
 * they take their memory without the lock. */
#define LOOK_AGAIN_US (200 * 1000)
#define MAX_LOOKS 1500
/* Of who only reserves: others wait for it. */
#define MAX_BRIEF_LOOKS 25

static int reserve(struct zp_xen *xen, const struct zp_host_options *opt,
                   struct zp_zone_spec *spec, struct zp__record *rec,
                   unsigned max_looks, const sigset_t *stop,
                   struct zp_error *err)
{
    struct zp_xen_info info;
    unsigned looks;
    bool again = true;
    int rc = zp_xen_info(xen, &info, err);

    if (rc)
        return rc;
    spec->request.tier = info.tier;
    if (!spec->request.vcpu_ratio)
        spec->request.vcpu_ratio = opt->vcpu_ratio;
    for (looks = 0; again && looks < max_looks; looks++) {
        if (looks)
            usleep(LOOK_AGAIN_US);
        rc = reserve_once(xen, opt, spec, rec, stop, &again, err);
    }
    return rc;
}

static bool stop_pending(const sigset_t *stop)
{
    sigset_t pending;
    int sig;

    sigpending(&pending);
    for (sig = 1; sig < NSIG; sig++) {
        if (sigismember(stop, sig) == 1 && sigismember(&pending, sig) == 1)
            return true;
    }
    return false;
}

/* Who takes memory without asking us (xl, another toolstack) may have taken
 * the plan's: then that is the reason, and what libxl said follows from it.
 * Only a domain that has gone has given back what it had. */
static int explain(struct zp_xen *xen, const struct zp_zone_spec *spec, int rc,
                   struct zp_error *err)
{
    const struct zp_plan *plan = &spec->plan;
    uint64_t need_kib[ZP_MAX_PNODES] = { 0 };
    libxl_numainfo *nodes;
    uint32_t domid;
    int i, nr;

    if (rc != ZP_ERR_XEN ||
        zp__domain_by_uuid(xen, spec->uuid, &domid, NULL) != ZP_ERR_NOTFOUND)
        return rc;
    nodes = libxl_get_numainfo(xen->ctx, &nr);
    if (!nodes)
        return rc;
    for (i = 0; i < (int)plan->nr_vnodes; i++) {
        if (plan->vnode[i].pnode_os_id < ZP_MAX_PNODES)
            need_kib[plan->vnode[i].pnode_os_id] += plan->vnode[i].mem_kib;
    }
    for (i = 0; i < nr && i < ZP_MAX_PNODES && rc == ZP_ERR_XEN; i++) {
        if (nodes[i].free / 1024 < need_kib[i])
            rc = zp__fail(err, ZP_ERR_INFEASIBLE, "memory",
                          "node %d ran short while the zone was built: "
                          "somebody else took memory there, %llu MiB are "
                          "free of the %llu planned", i,
                          (unsigned long long)nodes[i].free >> 20,
                          (unsigned long long)need_kib[i] >> 10);
    }
    libxl_numainfo_list_free(nodes, nr);
    return rc;
}

/* The zone is the launcher's until the last step, which makes it its
 * monitor's: whoever dies before that leaves nothing. */
static int build(struct zp_xen *xen, const struct zp_zone_spec *spec,
                 struct zp__record *rec, const sigset_t *stop,
                 struct zp_error *err)
{
    struct zp__built built;
    int rc;

    rc = zp__spawn_launch(rec->name, rec->spec, stop, &built, err);
    if (rc)
        return explain(xen, spec, rc, err);
    rec->domid = built.domid;
    rec->special_pages = built.special_pages;
    rec->acpi_pages = built.acpi_pages;
    rec->xsdt = built.xsdt;
    rc = zp__store_update(xen, rec, err);
    if (!rc)
        rc = zp__spawn_monitor(rec->name, rec->uuid, err);
    if (rc)
        return rc;
    zp__log_reset(&xen->log);
    if (!spec->paused) {
        rc = libxl_domain_unpause(xen->ctx, rec->domid, NULL);
        if (rc)
            return zp__log_fail(&xen->log, err, rc, "unpausing domain %u",
                                rec->domid);
    }
    if (stop_pending(stop))
        return zp__fail_sys(err, ZP_ERR_INVAL, EINTR, "signal",
                            "interrupted");
    return zp__store_commit(xen, rec->uuid, err);
}

/* Those of the three signals that would end us. */
static void stop_set(sigset_t *stop)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction sa;
    size_t i;

    sigemptyset(stop);
    for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (sigaction(signals[i], NULL, &sa) == 0 &&
            sa.sa_handler != SIG_IGN)
            sigaddset(stop, signals[i]);
    }
}

/* A uuid and a cpupool, where the spec has none. */
static void complete(struct zp_zone_spec *spec, struct zp_host_options *own)
{
    libxl_uuid uuid;

    if (!spec->uuid[0]) {
        libxl_uuid_generate(&uuid);
        snprintf(spec->uuid, sizeof(spec->uuid), LIBXL_UUID_FMT,
                 LIBXL_UUID_BYTES(uuid));
    }
    if (spec->cpupool[0])
        snprintf(own->cpupool, sizeof(own->cpupool), "%s", spec->cpupool);
    else
        snprintf(spec->cpupool, sizeof(spec->cpupool), "%s", own->cpupool);
}

int zp_zone_launch(struct zp_xen *xen, const struct zp_host_options *opt,
                   struct zp_zone_spec *spec, uint32_t *domid_out,
                   struct zp_error *err)
{
    struct zp__record rec = { .phase = ZP__LAUNCHING };
    struct zp_host_options own = *opt;
    sigset_t stop, before;
    int rc;

    rc = check_spec(spec, err);
    if (rc)
        return rc;
    complete(spec, &own);
    stop_set(&stop);
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    rc = reserve(xen, &own, spec, &rec, MAX_LOOKS, &stop, err);
    if (!rc) {
        rc = build(xen, spec, &rec, &stop, err);
        if (rc)
            zp__zone_wipe(xen, spec->uuid, NULL);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!rc)
        *domid_out = rec.domid;
    zp__record_clear(&rec);
    return rc;
}

/* ---- in two steps ---- */

int zp_zone_reserve(struct zp_xen *xen, const struct zp_host_options *opt,
                    struct zp_zone_spec *spec, struct zp_error *err)
{
    struct zp__record rec = { .phase = ZP__RESERVED };
    struct zp_host_options own = *opt;
    sigset_t none;
    int rc = check_identity(spec, err);

    if (rc)
        return rc;
    sigemptyset(&none);
    complete(spec, &own);
    rc = reserve(xen, &own, spec, &rec, MAX_BRIEF_LOOKS, &none, err);
    zp__record_clear(&rec);
    return rc;
}

/* What @spec becomes with what is reserved; strings stay the owners'. */
static struct zp_zone_spec merge(const struct zp_zone_spec *spec,
                                 const struct zp_zone_spec *reserved)
{
    struct zp_zone_spec whole = *spec;

    whole.request = reserved->request;
    whole.plan = reserved->plan;
    memcpy(whole.cpupool, reserved->cpupool, sizeof(whole.cpupool));
    if (reserved->kernel)
        whole.kernel = reserved->kernel;
    if (reserved->cmdline)
        whole.cmdline = reserved->cmdline;
    return whole;
}

/* Under the lock: the reservation becomes a launch of ours. */
static int take_over(struct zp_xen *xen, struct zp_zone_spec *spec,
                     struct zp__record *rec, const sigset_t *stop,
                     struct zp_error *err)
{
    ZP_CLEANUP(cleanup_lock) int lock = -1;
    struct zp_zone_spec reserved, whole;
    struct zp__record held;
    int rc = zp__lock(&lock, err);

    if (!rc)
        rc = zp__store_read(xen, spec->uuid, &held, err);
    if (rc)
        return rc;
    if (held.phase != ZP__RESERVED)
        rc = zp__fail(err, ZP_ERR_EXISTS, "zone", "zone %s is no reservation "
                      "any more", held.name);
    else
        rc = zp_zone_spec_from_json(held.spec, strlen(held.spec), &reserved,
                                    err);
    zp__record_clear(&held);
    if (rc)
        return rc;
    whole = merge(spec, &reserved);
    rc = check_spec(&whole, err);
    if (!rc)
        rc = record(xen, &whole, rec, stop, err);
    if (!rc) {
        spec->request = reserved.request;
        spec->plan = reserved.plan;
    }
    zp_zone_spec_clear(&reserved);
    return rc;
}

int zp_zone_launch_reserved(struct zp_xen *xen, struct zp_zone_spec *spec,
                            uint32_t *domid_out, struct zp_error *err)
{
    struct zp__record rec = { .phase = ZP__LAUNCHING };
    sigset_t stop, before;
    int rc;

    stop_set(&stop);
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    rc = take_over(xen, spec, &rec, &stop, err);
    if (!rc) {
        rc = build(xen, spec, &rec, &stop, err);
        if (rc)
            zp__zone_wipe(xen, spec->uuid, NULL);
    } else if (rc != ZP_ERR_EXISTS) {
        zp_zone_release(xen, spec->uuid, NULL);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!rc)
        *domid_out = rec.domid;
    zp__record_clear(&rec);
    return rc;
}

int zp_zone_release(struct zp_xen *xen, const char *uuid, struct zp_error *err)
{
    ZP_CLEANUP(cleanup_lock) int lock = -1;
    struct zp__record rec;
    int rc = zp__lock(&lock, err);

    if (rc)
        return rc;
    rc = zp__store_read(xen, uuid, &rec, err);
    if (rc)
        return rc == ZP_ERR_NOTFOUND ? ZP_OK : rc;
    if (rec.phase == ZP__RESERVED)
        rc = zp__store_remove(xen, uuid, err);
    zp__record_clear(&rec);
    return rc;
}
