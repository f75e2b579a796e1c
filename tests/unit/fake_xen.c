/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_xen.h"

struct fake_host fake;
struct zp_xen fake_xen;

/* ---- xenstore -------------------------------------------------------------
 * Nodes without the directories above them. A transaction works on a copy and
 * fails if anything has changed meanwhile, which xenstored may do as well. */

enum { MAX_NODES = 64 };
struct node {
    char path[160];
    char value[200];
};
struct store {
    struct node node[MAX_NODES];
    unsigned changes;
};
static struct store store, copy;
static bool open_txn;
static unsigned begun;           /* changes when it was opened */
static unsigned calls;
static int lock_fd = -1;

static bool is_locked(void)
{
    return lock_fd >= 0 && fcntl(lock_fd, F_GETFD) >= 0;
}

static void count_call(void)
{
    calls++;
    if (fake.others && !fake.done && calls >= fake.at_call &&
        !(fake.others_lock && is_locked())) {
        fake.done = true;
        fake.others();
    }
}

static struct store *seen_in(xs_transaction_t t)
{
    return t == XBT_NULL ? &store : &copy;
}

static struct node *find(struct store *s, const char *path)
{
    for (int i = 0; i < MAX_NODES; i++) {
        if (strcmp(s->node[i].path, path) == 0)
            return &s->node[i];
    }
    return NULL;
}

static void put(struct store *s, const char *path, const char *value,
                size_t len)
{
    struct node *node = find(s, path);

    if (!node)
        node = find(s, "");
    if (!node || len >= sizeof(node->value))
        abort();
    snprintf(node->path, sizeof(node->path), "%s", path);
    memcpy(node->value, value, len);
    node->value[len] = '\0';
    s->changes++;
}

static bool is_below(const char *path, const char *dir)
{
    size_t len = strlen(dir);

    return strncmp(path, dir, len) == 0 &&
           (path[len] == '/' || path[len] == '\0');
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
    (void)h;
    count_call();
    if (open_txn)
        abort();
    open_txn = true;
    begun = store.changes;
    copy = store;
    return 1;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abandon)
{
    (void)h;
    (void)t;
    count_call();
    open_txn = false;
    if (!abandon && store.changes != begun) {
        errno = EAGAIN;
        return false;
    }
    if (!abandon)
        store = copy;
    return true;
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
              unsigned int *len)
{
    struct node *node;

    (void)h;
    count_call();
    node = find(seen_in(t), path);
    if (!node) {
        errno = ENOENT;
        return NULL;
    }
    *len = (unsigned)strlen(node->value);
    return strdup(node->value);
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
              const void *data, unsigned int len)
{
    (void)h;
    count_call();
    put(seen_in(t), path, data, len);
    return true;
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
    struct store *s;

    (void)h;
    count_call();
    s = seen_in(t);
    for (int i = 0; i < MAX_NODES; i++) {
        if (is_below(s->node[i].path, path)) {
            s->node[i].path[0] = '\0';
            s->changes++;
        }
    }
    return true;
}

/* Of zones alone: the uuids that have a life. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
                    unsigned int *num)
{
    static char names[MAX_NODES][40];
    struct store *s = seen_in(t);
    char **list = calloc(MAX_NODES, sizeof(*list));
    size_t len = strlen(path);

    (void)h;
    count_call();
    *num = 0;
    for (int i = 0; list && i < MAX_NODES; i++) {
        const char *at = s->node[i].path + len;

        if (!is_below(s->node[i].path, path) || strlen(at) != 42 ||
            strcmp(at + 37, "/life") != 0)
            continue;
        snprintf(names[*num], sizeof(names[0]), "%.36s", at + 1);
        list[*num] = names[*num];
        ++*num;
    }
    return list;
}

void fake_write(const char *path, const char *value)
{
    put(&store, path, value, strlen(value));
}

const char *fake_read(const char *path)
{
    struct node *node = find(&store, path);

    return node ? node->value : NULL;
}

/* ---- domains ------------------------------------------------------------- */

libxl_dominfo *libxl_list_domain(libxl_ctx *ctx, int *nr_out)
{
    libxl_dominfo *list = calloc(FAKE_MAX, sizeof(*list));

    (void)ctx;
    *nr_out = 0;
    for (int i = 0; list && i < FAKE_MAX; i++) {
        if (!fake.domain[i].domid)
            continue;
        libxl_dominfo_init(&list[*nr_out]);
        libxl_uuid_from_string(&list[*nr_out].uuid, fake.domain[i].uuid);
        list[*nr_out].domid = fake.domain[i].domid;
        list[*nr_out].dying = fake.domain[i].dying;
        ++*nr_out;
    }
    return list;
}

int libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid,
                         const libxl_asyncop_how *ao_how)
{
    (void)ctx;
    (void)ao_how;
    fake.destroys++;
    for (int i = 0; i < FAKE_MAX; i++) {
        struct fake_domain *domain = &fake.domain[i];

        if (domain->domid != domid)
            continue;
        if (domain->stuck)
            return ERROR_FAIL;
        domain->dying = true;
        if (!domain->kept)
            domain->domid = 0;
    }
    return 0;
}

int usleep(useconds_t usec)
{
    (void)usec;
    fake.sleeps++;
    return 0;
}

/* ---- processes and the lock ---------------------------------------------- */

int zp__lock(int *fd_out, struct zp_error *err)
{
    (void)err;
    if (is_locked())
        abort();
    lock_fd = *fd_out = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return *fd_out < 0 ? ZP_ERR_IO : ZP_OK;
}

struct zp__who zp__who_me(void)
{
    return (struct zp__who){ .pid = 1, .start = 1 };
}

bool zp__who_alive(const struct zp__who *who)
{
    for (int i = 0; who->pid && i < FAKE_MAX; i++) {
        if (fake.alive[i] == who->pid)
            return true;
    }
    return false;
}

void zp__who_kill(const struct zp__who *who, int sig, unsigned wait_ms)
{
    (void)sig;
    (void)wait_ms;
    for (int i = 0; who->pid && i < FAKE_MAX; i++) {
        if (fake.alive[i] == who->pid) {
            fake.alive[i] = 0;
            fake.killed[fake.nr_killed++] = who->pid;
        }
    }
}

/* There is none to start: it says so, as one does that can't read its spec. */
int zp__spawn_monitor(const char *name, const char *uuid,
                      struct zp_error *err)
{
    (void)uuid;
    return zp__fail(err, ZP_ERR_IO, "monitor", "no monitor for %s", name);
}

/* ---- a host ------------------------------------------------------------- */

void fake_reset(void)
{
    memset(&fake, 0, sizeof(fake));
    memset(&store, 0, sizeof(store));
    open_txn = false;
    calls = 0;
    lock_fd = -1;
}

void fake_zone(const char *uuid, const char *name, const char *life,
               uint32_t domid)
{
    char path[160];

    snprintf(path, sizeof(path), ZP__STORE "/zone/%s/life", uuid);
    fake_write(path, life);
    snprintf(path, sizeof(path), ZP__STORE "/zone/%s/name", uuid);
    fake_write(path, name);
    snprintf(path, sizeof(path), ZP__STORE "/zone/%s/spec/000", uuid);
    fake_write(path, "{}");
    for (int i = 0; domid && i < FAKE_MAX; i++) {
        if (!fake.domain[i].domid) {
            fake.domain[i].domid = domid;
            snprintf(fake.domain[i].uuid, sizeof(fake.domain[i].uuid), "%s",
                     uuid);
            break;
        }
    }
}
