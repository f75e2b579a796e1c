/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cri-plan.h"

#include <stdio.h>
#include <string.h>

#include "adapt/json.h"

int zk_plan_line(const struct zp_plan *plan, char **text_out,
                 struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *text = NULL;
    struct zp__json_writer w = ZP__JSON_WRITER;
    struct zp__json doc = ZP__JSON_INIT;
    const struct zp__json_value *v;
    uint32_t i;
    int rc = zp_plan_to_json(NULL, NULL, NULL, plan, &text, err);

    if (!rc)
        rc = zp__json_parse(&doc, "plan", text, strlen(text), err);
    if (rc)
        return rc;
    zp__json_open_line(&w, NULL, '{');
    ZP__JSON_EACH(v, i, doc.value) {
        zp__json_put_value(&w, v->key, v);
    }
    zp__json_close(&w, '}');
    zp__json_clear(&doc);
    rc = zp__json_take(&w, text_out, err);
    /* Documents end with a new line. */
    if (!rc)
        (*text_out)[strcspn(*text_out, "\n")] = '\0';
    return rc;
}

void zk_plan_words(const struct zp_plan *plan, char *buf, size_t size)
{
    size_t len;
    uint32_t i;

    snprintf(buf, size, "%u vcpus, %llu MiB, %s, on nodes", plan->vcpus,
             (unsigned long long)plan->mem_kib / 1024,
             plan->memory_policy == ZP_MEMORY_DYNAMIC ? "dynamic" : "static");
    for (i = 0; i < plan->nr_vnodes; i++) {
        len = strlen(buf);
        snprintf(buf + len, size - len, " %u", plan->vnode[i].pnode_os_id);
    }
}
