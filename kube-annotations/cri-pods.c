/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cri-pods.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cri-log.h"
#include "cri-plan.h"
#include "cri-wire.h"

#define ZONE_KEY ZK_PREFIX "zone"
#define PLAN_KEY ZK_PREFIX "plan"

/* gRPC's codes (grpc/status.h), for a file that knows nothing else of it. */
enum { CANCELLED = 1, UNKNOWN = 2, INVALID_ARGUMENT = 3, DEADLINE_EXCEEDED = 4,
       ALREADY_EXISTS = 6, RESOURCE_EXHAUSTED = 8, INTERNAL = 13,
       UNAVAILABLE = 14 };

enum { LIST_SECONDS = 10, TICKS_BETWEEN = 60 };

enum fate {
    CREATED,                     /* containerd has been or will be asked */
    IN_DOUBT,                    /* it may or may not have made the pod */
    RUNS,                        /* it has, and .sandbox names it */
};

struct entry {
    struct entry *next;
    char uuid[40];
    char what[160];              /* "pod NS/NAME (UID), zone NAME" */
    enum fate fate;
    char *sandbox;
    bool seen;                   /* by a comparison */
};

struct zk_pods {
    struct zk_pods_config config;
    struct zk_cri_gate gate;
    struct zk_relay *relay;
    pthread_mutex_t lock;        /* the ledger's, too */
    struct entry *entries;
    bool settled;                /* compared with containerd once */
    bool doubt;                  /* of something here */
    unsigned ticks;
    unsigned wait;               /* ticks until doubt is looked at again */
    char last[80];               /* pod that was complained of last */
};

/* ---- entries ---- */

static struct entry *add_entry(struct zk_pods *pods, const char *uuid,
                               const struct zk_cri_pod *pod, const char *zone)
{
    struct entry *e = calloc(1, sizeof(*e));

    if (!e)
        return NULL;
    snprintf(e->uuid, sizeof(e->uuid), "%s", uuid);
    snprintf(e->what, sizeof(e->what), "pod %.30s/%.40s (%.36s), zone %s",
             pod->namespace_, pod->name, pod->uid, zone);
    zk_plain(e->what);
    e->next = pods->entries;
    pods->entries = e;
    return e;
}

static void drop_entry(struct zk_pods *pods, struct entry *e)
{
    struct entry **at = &pods->entries;

    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    free(e->sandbox);
    free(e);
}

static struct entry *find_uuid(const struct zk_pods *pods, const char *uuid)
{
    struct entry *e = pods->entries;

    while (e && strcmp(e->uuid, uuid))
        e = e->next;
    return e;
}

static struct entry *find_sandbox(const struct zk_pods *pods, const char *id)
{
    struct entry *e = pods->entries;

    while (e && (!e->sandbox || strcmp(e->sandbox, id)))
        e = e->next;
    return e;
}

/* A comparison is made soon, and later and later if that doesn't settle it. */
static void doubt(struct zk_pods *pods)
{
    if (!pods->doubt)
        pods->wait = 1;
    pods->doubt = true;
}

/* What can't be released now is found again by a comparison. */
static void release(struct zk_pods *pods, struct entry *e, const char *why)
{
    struct zk_ledger *ledger = pods->config.ledger;
    struct zp_error err;

    if (ledger->ops->release(ledger, e->uuid, &err)) {
        zk_log("%s: it can't be released: %s", e->what, err.msg);
        e->fate = IN_DOUBT;
        doubt(pods);
        return;
    }
    zk_log("%s: released: %s", e->what, why);
    drop_entry(pods, e);
}

/* ---- a pod is to be created ---- */

static void refuse(struct zk_cri_visit *visit, int status, const char *text)
{
    visit->refusal = status;
    snprintf(visit->text, sizeof(visit->text), "zone-cri: %s", text);
    zk_plain(visit->text);
}

static int status_of(int rc)
{
    switch (rc) {
    case ZP_ERR_INVAL:
    case ZP_ERR_PARSE:
    case ZP_ERR_RANGE:
    case ZP_ERR_UNSUPPORTED:
    case ZP_ERR_NOTFOUND:
        return INVALID_ARGUMENT;
    case ZP_ERR_INFEASIBLE:
    case ZP_ERR_NOMEM:
        return RESOURCE_EXHAUSTED;
    case ZP_ERR_EXISTS:
        return ALREADY_EXISTS;
    case ZP_ERR_IO:
    case ZP_ERR_XEN:
        return UNAVAILABLE;
    default:
        return INTERNAL;
    }
}

static int make_uuid(char uuid[40], struct zp_error *err)
{
    uint8_t b[16];

    if (getrandom(b, sizeof(b), 0) != sizeof(b))
        return zp__fail(err, ZP_ERR_IO, "uuid", "no random bytes");
    b[6] = (b[6] & 0x0f) | 0x40; /* RFC 4122, 4.4 */
    b[8] = (b[8] & 0x3f) | 0x80;
    snprintf(uuid, 40, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
             "%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5],
             b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    return ZP_OK;
}

/* Zones are named with few letters, and pods of several namespaces alike: the
 * pod's name, and the beginning of the uuid. */
static void make_name(const struct zk_cri_pod *pod, const char *uuid,
                      char name[ZP_MAX_NAME])
{
    char *at;

    snprintf(name, ZP_MAX_NAME, "%.48s-%.8s",
             isalnum((unsigned char)pod->name[0]) ? pod->name : "pod", uuid);
    for (at = name; *at; at++) {
        if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
            *at = '-';
    }
}

static int read_zone(struct zk_pods *pods, const struct zk_cri_pod *pod,
                     struct zk_zone *zone, struct zp_error *err)
{
    struct zk_pod asks = {
        .name = pod->name,
        .annotation = pod->annotation,
        .nr_annotations = pod->nr_annotations,
        .cpu_milli = pod->cpu_milli,
        .mem_bytes = pod->mem_bytes,
    };
    char *notes = NULL, *line;
    size_t len;
    int rc = zk_zone_from_pod(&asks, &pods->config.rules, zone, &notes, err);

    for (line = notes; !rc && line && *line; line += len) {
        len = strcspn(line, "\n");
        zk_log("pod %.60s/%.100s: %.*s", pod->namespace_, pod->name, (int)len,
               line);
        len += line[len] == '\n';
    }
    free(notes);
    return rc;
}

static int tell_plan(const struct zk_reservation *r,
                     struct zk_cri_visit *visit, struct zp_error *err)
{
    ZP_CLEANUP(zp__cleanup_free) char *plan = NULL;
    struct zk_annotation more[2] = { { ZONE_KEY, r->uuid },
                                     { PLAN_KEY, NULL } };
    int rc = zk_plan_line(&r->plan, &plan, err);

    if (rc)
        return rc;
    more[1].value = plan;
    return zk_cri_add_annotations(more, 2, &visit->more, &visit->more_len,
                                  err);
}

/* Under the lock. */
static int reserve(struct zk_pods *pods, const struct zk_cri_pod *pod,
                   const struct zk_zone *zone, struct zk_reservation *r,
                   struct zk_cri_visit *visit, struct zp_error *err)
{
    struct zk_ledger *ledger = pods->config.ledger;
    char why[256], words[200];
    struct entry *e;
    int rc = ledger->ops->reserve(ledger, zone, r, why, err);

    if (rc)
        return rc;
    rc = tell_plan(r, visit, err);
    e = rc ? NULL : add_entry(pods, r->uuid, pod, r->plan.name);
    if (!e) {
        ledger->ops->release(ledger, r->uuid, NULL);
        return rc ? rc : zp__nomem(err);
    }
    zk_plan_words(&r->plan, words, sizeof(words));
    zk_log("%s: reserved: %s%s%s", e->what, words, *why ? "; static: " : "",
           why);
    visit->pod = e;
    return ZP_OK;
}

static bool compare(struct zk_pods *pods);

static void run_pod(struct zk_pods *pods, const struct zk_cri_pod *pod,
                    struct zk_cri_visit *visit)
{
    struct zk_reservation *r = calloc(1, sizeof(*r));
    struct zk_zone zone;
    struct zp_error err;
    int rc = r ? read_zone(pods, pod, &zone, &err) : zp__nomem(&err);

    if (!rc)
        rc = make_uuid(r->uuid, &err);
    if (!rc) {
        make_name(pod, r->uuid, zone.req.name);
        pthread_mutex_lock(&pods->lock);
        if (pods->settled || compare(pods))
            rc = reserve(pods, pod, &zone, r, visit, &err);
        else
            rc = zp__fail(&err, ZP_ERR_IO, "containerd", "it is not known yet "
                          "which pods containerd runs");
        pthread_mutex_unlock(&pods->lock);
    }
    free(r);
    if (!rc)
        return;
    refuse(visit, status_of(rc), err.msg);
    zk_log("pod %.60s/%.100s (%.36s): refused: %s", pod->namespace_, pod->name,
           pod->uid, err.msg);
}

static void before(void *arg, struct zk_cri_visit *visit)
{
    struct zk_pods *pods = arg;
    struct zk_cri_pod *pod;
    struct zp_error err;
    int rc;

    if (visit->method != ZK_RUN_POD)
        return;
    pod = malloc(sizeof(*pod));
    if (!pod) {
        refuse(visit, RESOURCE_EXHAUSTED, "no memory");
        return;
    }
    rc = zk_cri_read_run(visit->request, visit->request_len,
                         pods->config.handler, pod, &err);
    if (!rc) {
        run_pod(pods, pod, visit);
        zk_cri_pod_clear(pod);
    } else if (rc < 0) {
        /* What we can't read containerd might, and make a zone of no plan. */
        refuse(visit, status_of(rc), err.msg);
        zk_log("a pod is refused: %s", err.msg);
    }
    free(pod);
}

/* ---- what became of it ---- */

static void after_run(struct zk_pods *pods, struct zk_cri_visit *visit)
{
    struct entry *e = visit->pod;
    struct zp_error err;

    switch (visit->status) {
    case 0:
        e->fate = RUNS;
        if (!visit->response ||
            zk_cri_read_id(visit->response, visit->response_len, &e->sandbox,
                           &err)) {
            e->fate = IN_DOUBT;
            doubt(pods);
        }
        break;
    case CANCELLED:
    case UNKNOWN:
    case DEADLINE_EXCEEDED:
    case UNAVAILABLE:
        /* containerd may have gone on. */
        e->fate = IN_DOUBT;
        doubt(pods);
        break;
    default:
        release(pods, e, "containerd could not create the pod");
    }
}

static void after_end(struct zk_pods *pods, struct zk_cri_visit *visit)
{
    struct entry *e;
    char *id;

    if (visit->status ||
        zk_cri_read_id(visit->request, visit->request_len, &id, NULL))
        return;
    e = find_sandbox(pods, id);
    if (e)
        release(pods, e, visit->method == ZK_STOP_POD ? "the pod has stopped"
                                                      : "the pod was removed");
    free(id);
}

static void after(void *arg, struct zk_cri_visit *visit)
{
    struct zk_pods *pods = arg;

    pthread_mutex_lock(&pods->lock);
    if (visit->method != ZK_RUN_POD)
        after_end(pods, visit);
    else if (visit->pod)
        after_run(pods, visit);
    pthread_mutex_unlock(&pods->lock);
}

/* ---- comparing ---- */

static const char *annotation_of(const struct zk_cri_pod *pod, const char *key)
{
    uint32_t i;

    for (i = pod->nr_annotations; i > 0; i--) {
        if (!strcmp(pod->annotation[i - 1].key, key))
            return pod->annotation[i - 1].value;
    }
    return NULL;
}

/* A pod that is not in our memory: we have been started anew. */
static struct entry *take_in(struct zk_pods *pods,
                             const struct zk_cri_pod *pod)
{
    struct zk_ledger *ledger = pods->config.ledger;
    const char *uuid = annotation_of(pod, ZONE_KEY);
    const char *plan = annotation_of(pod, PLAN_KEY);
    struct zk_reservation *r = calloc(1, sizeof(*r));
    struct entry *e = NULL;
    struct zp_error err;
    int rc = r ? ZP_OK : zp__nomem(&err);

    if (!rc && (!uuid || !plan || strlen(uuid) != 36))
        rc = zp__fail(&err, ZP_ERR_INVAL, "annotations", "it has no plan: it "
                      "was not created through zone-cri");
    if (!rc) {
        snprintf(r->uuid, sizeof(r->uuid), "%s", uuid);
        rc = zp_plan_from_json(plan, strlen(plan), &r->plan, &err);
    }
    if (!rc)
        rc = ledger->ops->restore(ledger, r, &err);
    if (!rc) {
        e = add_entry(pods, r->uuid, pod, r->plan.name);
        if (!e)
            rc = zp__nomem(&err);
    }
    if (e) {
        e->fate = IN_DOUBT;
        zk_log("%s: taken in", e->what);
    } else if (strcmp(pods->last, pod->id)) {
        snprintf(pods->last, sizeof(pods->last), "%s", pod->id);
        zk_log("pod %.60s/%.100s (%.36s): %s", pod->namespace_, pod->name,
               pod->uid, err.msg);
    }
    free(r);
    return e;
}

static void see(struct zk_pods *pods, const struct zk_cri_pod *pod)
{
    const char *uuid = annotation_of(pod, ZONE_KEY);
    struct entry *e;

    if (strcmp(pod->handler, pods->config.handler) || !pod->ready)
        return;
    e = uuid ? find_uuid(pods, uuid) : NULL;
    if (!e)
        e = take_in(pods, pod);
    if (!e)
        return;
    e->seen = true;
    /* One that is being created gets its answer yet. */
    if (e->fate == IN_DOUBT) {
        e->sandbox = strdup(pod->id);
        e->fate = e->sandbox ? RUNS : IN_DOUBT;
    }
}

/* Reservations of nobody: of a zone-cri that was killed, or of a pod that
 * containerd no longer has. */
static void sweep(struct zk_pods *pods)
{
    struct zk_ledger *ledger = pods->config.ledger;
    char (*uuids)[40] = NULL;
    struct entry *e, *next;
    struct zp_error err;
    size_t i, nr = 0;

    for (e = pods->entries; e; e = next) {
        next = e->next;
        if (!e->seen && e->fate != CREATED)
            release(pods, e, "containerd has no such pod running");
    }
    if (ledger->ops->list(ledger, &uuids, &nr, &err)) {
        zk_log("reservations can't be listed: %s", err.msg);
        doubt(pods);
    }
    for (i = 0; i < nr; i++) {
        if (find_uuid(pods, uuids[i]))
            continue;
        if (ledger->ops->release(ledger, uuids[i], &err))
            zk_log("zone %s: it can't be released: %s", uuids[i], err.msg);
        else
            zk_log("zone %s: released: it has no pod", uuids[i]);
    }
    free(uuids);
}

/* Under the lock, so that no pod gets its answer meanwhile. */
static bool compare(struct zk_pods *pods)
{
    struct zk_cri_pod *list = NULL;
    struct entry *e;
    struct zp_error err;
    uint8_t *answer;
    size_t len, i, nr = 0;
    unsigned wait;

    if (!pods->relay || zk_relay_ask(pods->relay, "ListPodSandbox",
                                     LIST_SECONDS, NULL, 0, &answer, &len))
        return false;
    if (zk_cri_read_list(answer, len, &list, &nr, &err)) {
        zk_log("containerd's list of pods: %s", err.msg);
        free(answer);
        return false;
    }
    free(answer);
    wait = pods->wait ? pods->wait : 1;
    pods->doubt = false;
    for (e = pods->entries; e; e = e->next)
        e->seen = false;
    for (i = 0; i < nr; i++)
        see(pods, &list[i]);
    zk_cri_list_free(list, nr);
    sweep(pods);
    pods->settled = true;
    pods->ticks = 0;
    pods->wait = wait < TICKS_BETWEEN / 2 ? 2 * wait : TICKS_BETWEEN;
    return true;
}

void zk_pods_tick(struct zk_pods *pods)
{
    pthread_mutex_lock(&pods->lock);
    pods->ticks++;
    if (!pods->settled ||
        pods->ticks >= (pods->doubt ? pods->wait : TICKS_BETWEEN))
        compare(pods);
    pthread_mutex_unlock(&pods->lock);
}

/* ---- its life ---- */

int zk_pods_new(const struct zk_pods_config *config, struct zk_pods **pods_out,
                struct zp_error *err)
{
    struct zk_pods *pods = calloc(1, sizeof(*pods));

    if (!pods)
        return zp__nomem(err);
    pods->config = *config;
    pods->gate = (struct zk_cri_gate){ before, after, pods };
    pthread_mutex_init(&pods->lock, NULL);
    *pods_out = pods;
    return ZP_OK;
}

const struct zk_cri_gate *zk_pods_gate(struct zk_pods *pods)
{
    return &pods->gate;
}

void zk_pods_set_relay(struct zk_pods *pods, struct zk_relay *relay)
{
    pthread_mutex_lock(&pods->lock);
    pods->relay = relay;
    pthread_mutex_unlock(&pods->lock);
}

void zk_pods_free(struct zk_pods *pods)
{
    if (!pods)
        return;
    while (pods->entries)
        drop_entry(pods, pods->entries);
    pthread_mutex_destroy(&pods->lock);
    free(pods);
}
