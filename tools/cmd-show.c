/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl show: what a zone asked for, what was planned, what it has. */
#include "zonectl.h"

static const char *action_name(enum zp_action action)
{
    switch (action) {
    case ZP_ACTION_DESTROY: return "destroy";
    case ZP_ACTION_RESTART: return "restart";
    case ZP_ACTION_PRESERVE: return "preserve";
    }
    return "?";
}

/* "key: value" lines, one key a line, for people and for awk. */
static void add_actual(struct spool *out, const struct zp_zone *zone)
{
    const struct zp_plan *plan = &zone->spec.plan;

    spool_add(out, "name: %s\ndomid: %u\nuuid: %s\nstate: %s\n",
              zone->spec.request.name, zone->domid, zone->spec.uuid,
              zp_zone_state_name(zone->state));
    if (zone->monitor_pid)
        spool_add(out, "monitor: %d\n", zone->monitor_pid);
    else
        spool_add(out, "monitor: none\n");
    spool_add(out, "vcpus: %u\nmax-vcpus: %u\nmemory-kib: %llu\n"
              "memory-held-kib: %llu\noverhead-kib: %llu\n"
              "first-node: %u\nspill-vnodes: %u\n", zone->nr_online_vcpus,
              plan->max_vcpus, (unsigned long long)plan->mem_kib,
              (unsigned long long)zone->mem_kib,
              (unsigned long long)plan->overhead_kib,
              plan->vnode[0].pnode_os_id,
              plan->nr_vnodes - plan->nr_cpu_vnodes);
}

static void add_spec(struct spool *out, const struct zp_zone_spec *spec)
{
    spool_add(out, "kernel: %s\n", spec->kernel ? spec->kernel : "");
    if (spec->ramdisk)
        spool_add(out, "ramdisk: %s\n", spec->ramdisk);
    if (spec->cmdline)
        spool_add(out, "cmdline: %s\n", spec->cmdline);
    for (size_t i = 0; i < spec->nr_disks; i++)
        spool_add(out, "disk: %s\n", spec->disks[i]);
    for (size_t i = 0; i < spec->nr_vifs; i++)
        spool_add(out, "vif: %s\n", spec->vifs[i]);
    if (*spec->cpupool)
        spool_add(out, "cpupool: %s\n", spec->cpupool);
    spool_add(out, "on-poweroff: %s\non-reboot: %s\non-crash: %s\n"
              "autostart: %s\n\n", action_name(spec->on_poweroff),
              action_name(spec->on_reboot), action_name(spec->on_crash),
              spec->autostart ? "yes" : "no");
}

static int add_json(struct spool *out, const struct zp_zone *zone,
                    struct zp_error *err)
{
    CLEANUP(free_text) char *spec = NULL;
    int rc = zp_zone_spec_to_json(&zone->spec, &spec, err);

    if (rc)
        return rc;
    spool_add(out, "{\"zone\":");
    spool_json(out, zone->spec.request.name);
    spool_add(out, ",\"balloon\":");
    spool_json(out, zone->note);
    spool_add(out, ",\"domid\":%u,\"state\":\"%s\",\"vcpus\":%u,"
              "\"memory_kib\":%llu,\"cpu_time_ns\":%llu,\"monitor_pid\":%d,"
              "\"spec\":%s}\n", zone->domid,
              zp_zone_state_name(zone->state), zone->nr_online_vcpus,
              (unsigned long long)zone->mem_kib,
              (unsigned long long)zone->cpu_time_ns, zone->monitor_pid, spec);
    return ZP_OK;
}

/* The zone on its host, whose load has the zone's memory already. */
static int add_picture(struct ctl *ctl, enum look look,
                       const struct zp_zone *zone)
{
    struct host host CLEANUP(host_clear) = { .pool = zone->spec.cpupool };
    struct zp_error err;
    int rc = host_read(ctl, &host);

    if (rc)
        return rc;
    if (draw_host(ctl, look, &host, &zone->spec.plan, true, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return EXIT_OK;
}

static int add_zone(struct ctl *ctl, const struct zp_zone *zone)
{
    CLEANUP(free_text) char *plan = NULL;
    struct zp_error err;

    if (ctl->json) {
        if (add_json(&ctl->out, zone, &err))
            return refuse(ctl->json, EXIT_FAILED, &err);
        return EXIT_OK;
    }
    if (zp_plan_to_text(NULL, &zone->spec.plan, &plan, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    add_actual(&ctl->out, zone);
    if (*zone->note)
        spool_add(&ctl->out, "balloon: %s\n", zone->note);
    add_spec(&ctl->out, &zone->spec);
    spool_add(&ctl->out, "%s", plan);
    return EXIT_OK;
}

int cmd_show(struct ctl *ctl)
{
    struct zp_zone *zone CLEANUP(free_zone) = NULL;
    enum look look = LOOK_DEFAULT;
    struct zp_error err;
    int rc;

    if (choose_look(ctl, &look, &err))
        return refuse(ctl->json, EXIT_USAGE, &err);
    rc = find_zone(ctl, &zone);
    if (rc)
        return rc;
    rc = look >= LOOK_ASCII ? add_picture(ctl, look, zone)
                            : add_zone(ctl, zone);
    if (rc)
        return rc;
    if (write_output(ctl, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    return EXIT_OK;
}
