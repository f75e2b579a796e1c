/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zonectl advise: the nodes for so many vcpus and so much memory, now. What
 * numad -w answers, with the reason. */
#include "zonectl.h"

static void add_nodes(struct ctl *ctl, const struct zp_plan *plan)
{
    char nodes[256];

    format_pnodes(plan, nodes, sizeof(nodes));
    if (!ctl->json) {
        spool_add(&ctl->out, "%s\n", nodes);
        return;
    }
    spool_add(&ctl->out, "{\"nodes\":[%s],\"vnodes\":[", nodes);
    for (uint32_t i = 0; i < plan->nr_vnodes; i++) {
        const struct zp_vnode *vnode = &plan->vnode[i];
        char pcpus[512];

        zp_pcpuset_format(&vnode->pcpus, pcpus, sizeof(pcpus));
        spool_add(&ctl->out, "%s{\"node\":%u,\"vcpus\":%u,\"pcpus\":\"%s\","
                  "\"memory_kib\":%llu,\"spill\":%s}", i ? "," : "",
                  vnode->pnode_os_id, vnode->nr_vcpus, pcpus,
                  (unsigned long long)vnode->mem_kib,
                  vnode->spill ? "true" : "false");
    }
    spool_add(&ctl->out, "],\"why\":[");
}

static void add_why(struct ctl *ctl, const char *why)
{
    const char *line = why;

    if (!ctl->json) {
        spool_add(&ctl->out, "\n%s", why);
        return;
    }
    while (*line) {
        struct spool text CLEANUP(spool_clear) = { 0 };
        size_t len = 0;

        while (line[len] && line[len] != '\n')
            len++;
        spool_bytes(&text, line, len);
        spool_add(&ctl->out, "%s", line == why ? "" : ",");
        spool_json(&ctl->out, text.buf ? text.buf : "");
        line += len + (line[len] == '\n');
    }
    spool_add(&ctl->out, "]}\n");
}

int cmd_advise(struct ctl *ctl)
{
    struct planned p CLEANUP(planned_clear) = { 0 };
    CLEANUP(free_text) char *why = NULL;
    CLEANUP(free_text) char *table = NULL;
    struct zp_error err;
    int rc = plan_request(ctl, &p);

    if (rc)
        return rc;
    if (zp_plan_why(p.host.topo, p.host.load, &p.req, &p.plan, &why, &err) ||
        zp_plan_to_text(p.host.topo, &p.plan, &table, &err))
        return refuse(ctl->json, EXIT_FAILED, &err);
    add_nodes(ctl, &p.plan);
    if (!ctl->json)
        spool_add(&ctl->out, "\n%s", table);
    add_why(ctl, why);
    return add_warnings(ctl, &p);
}
