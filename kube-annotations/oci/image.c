/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A container's root as one file, for a zone has none of the host's: a
 * squashfs of the bundle's rootfs.
 *
 * A root that is an overlay of layers below an empty one holds what the layers
 * hold, and containerd never changes a layer that it has committed. So such a
 * file is kept under a name made of the layers' identities (not of anything
 * that an image says), with these in full beside it: equal names are compared.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../files.h"
#include "image.h"

/* What is packed is hostile: it may be meant to take for ever, or to grow. */
enum { MAX_CPU_SECONDS = 600, MAX_KEY = 1 << 20, KEEP_SECONDS = 7 * 86400 };
#define MAX_BYTES ((rlim_t)64 << 30)

void image_path(const char *dir, const char *name, char *buf, size_t size)
{
    snprintf(buf, size, "%s/%s.squashfs", dir, name);
}

static int make_dir(const char *dir, struct zp_error *err)
{
    char path[512];
    size_t i;

    for (i = 1; i <= strlen(dir) && i < sizeof(path); i++) {
        if (dir[i] && dir[i] != '/')
            continue;
        memcpy(path, dir, i);
        path[i] = '\0';
        if (mkdir(path, 0700) && errno != EEXIST)
            return zp__fail_sys(err, ZP_ERR_IO, errno, "image", "%s: %s", path,
                                strerror(errno));
    }
    return ZP_OK;
}

/* ---- which layers it is made of ---- */

static bool is_empty_dir(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    bool empty = dir;

    while (empty && (entry = readdir(dir)))
        empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
    if (dir)
        closedir(dir);
    return empty;
}

/* The value of an option of the list, or NULL. The list is changed. */
static char *option_of(char *list, const char *name)
{
    size_t len = strlen(name);
    char *word;

    while ((word = strsep(&list, ","))) {
        if (!strncmp(word, name, len) && word[len] == '=')
            return word + len + 1;
    }
    return NULL;
}

/* Layers by path, inode and time of change; false: they can't be told. */
static bool add_layers(char *layers, struct zp__text *key)
{
    struct stat st;
    char *layer;

    /* An escape: a path that is a list. */
    if (strchr(layers, '\\'))
        return false;
    while ((layer = strsep(&layers, ":"))) {
        if (*layer != '/' || stat(layer, &st))
            return false;
        zp__text_add(key, "%s %ju %ju %jd.%09ld\n", layer,
                     (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
                     (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
    }
    return true;
}

/* One line of mountinfo: "ID PARENT DEV ROOT POINT OPTIONS ... - TYPE SOURCE
 * OPTIONS". The options of an overlay on @root, in the line, or NULL. */
static char *overlay_options(char *line, const char *root)
{
    char *point = line, *rest = strstr(line, " - overlay "), *end;
    int i;

    for (i = 0; i < 4 && point; i++) {
        point = strchr(point, ' ');
        point = point ? point + 1 : NULL;
    }
    end = point ? strchr(point, ' ') : NULL;
    if (!rest || !end || (size_t)(end - point) != strlen(root) ||
        strncmp(point, root, strlen(root)))
        return NULL;
    rest = strchr(rest + strlen(" - overlay "), ' ');
    return rest ? rest + 1 : NULL;
}

/* What the root is made of, for free(); NULL: not of layers alone. */
static char *key_of(const char *root)
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    struct zp__text key = ZP__TEXT_INIT;
    char *line = NULL, *found = NULL, *again = NULL, *upper, *text = NULL;
    size_t size = 0;
    char *options;

    /* The last mount on it is what is seen. */
    while (file && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        options = overlay_options(line, root);
        if (!options)
            continue;
        free(found);
        found = strdup(options);
    }
    if (file)
        fclose(file);
    free(line);
    again = found ? strdup(found) : NULL;
    upper = again ? option_of(again, "upperdir") : NULL;
    if (upper && *upper == '/' && is_empty_dir(upper)) {
        char *layers = option_of(found, "lowerdir");

        if (!layers || !add_layers(layers, &key) ||
            zp__text_take(&key, &text, NULL))
            text = NULL;
    }
    zp__text_clear(&key);
    free(again);
    free(found);
    return text;
}

/* FNV-1a: to tell files apart; that they are equal the keys say. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
    return hash;
}

/* ---- what is kept ---- */

/* Another name for what is kept of @key; false: there is nothing. */
static bool take_kept(int dir, const char *kept, const char *key,
                      const char *name)
{
    char key_name[80], *text = NULL;
    size_t len;
    bool same;

    snprintf(key_name, sizeof(key_name), "%s.key", kept);
    same = !zk_read_whole(dir, key_name, MAX_KEY, &text, &len, NULL) &&
           !strcmp(text, key);
    free(text);
    if (!same || linkat(dir, kept, dir, name, 0))
        return false;
    /* If that fails it is only forgotten earlier. */
    utimensat(dir, kept, NULL, 0);
    return true;
}

/* The file is there only with its own key beside it. */
static void keep(int dir, const char *kept, const char *key, const char *name)
{
    char key_name[80];

    snprintf(key_name, sizeof(key_name), "%s.key", kept);
    unlinkat(dir, kept, 0);
    if (!zk_write_whole(dir, key_name, key, NULL) &&
        linkat(dir, name, dir, kept, 0))
        unlinkat(dir, key_name, 0);
}

/* Has one name, and had it for long: nobody uses it. */
static void forget_old(int dir)
{
    int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = again < 0 ? NULL : fdopendir(again);
    char key_name[300];
    struct dirent *entry;
    struct stat st;

    while (list && (entry = readdir(list))) {
        if (strncmp(entry->d_name, "kept-", 5) ||
            !strstr(entry->d_name, ".squashfs") ||
            strstr(entry->d_name, ".key") ||
            fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
            st.st_nlink > 1 || st.st_mtim.tv_sec + KEEP_SECONDS > time(NULL))
            continue;
        snprintf(key_name, sizeof(key_name), "%s.key", entry->d_name);
        unlinkat(dir, entry->d_name, 0);
        unlinkat(dir, key_name, 0);
    }
    if (list)
        closedir(list);
    else if (again >= 0)
        close(again);
}

/* What was packed for containers; what is kept stays. */
static void remove_all(int dir)
{
    int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = again < 0 ? NULL : fdopendir(again);
    static const char end[] = ".squashfs";
    struct dirent *entry;
    size_t len;

    while (list && (entry = readdir(list))) {
        len = strlen(entry->d_name);
        if (len >= sizeof(end) && strncmp(entry->d_name, "kept-", 5) &&
            !strcmp(entry->d_name + len - (sizeof(end) - 1), end))
            unlinkat(dir, entry->d_name, 0);
    }
    if (list)
        closedir(list);
    else if (again >= 0)
        close(again);
}

/*
 * No container lives longer than its host, and what was known of it went with
 * /run: nobody would remove its file. Whoever is the first after a boot does,
 * before there is a file of this one; the boot is written down before that, so
 * that nobody does it later. With none written down nothing is known.
 */
static void forget_last_boot(int dir)
{
    char *boot = NULL, *last = NULL;
    size_t len;
    int rc = zk_read_whole(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64,
                           &boot, &len, NULL);

    if (!rc && zk_read_whole(dir, "boot", 64, &last, &len, NULL))
        last = NULL;
    if (!rc && (!last || strcmp(boot, last)) &&
        !zk_write_whole(dir, "boot", boot, NULL) && last)
        remove_all(dir);
    free(last);
    free(boot);
}

/* ---- packing ---- */

_Noreturn static void run_mksquashfs(const char *root, const char *file)
{
    const struct rlimit seconds = { MAX_CPU_SECONDS, MAX_CPU_SECONDS };
    const struct rlimit bytes = { MAX_BYTES, MAX_BYTES };
    const struct rlimit core = { 0, 0 };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    /* Nothing that is the container's: its streams are not to be held. */
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        dup2(null, 2) < 0 || setrlimit(RLIMIT_CPU, &seconds) ||
        setrlimit(RLIMIT_FSIZE, &bytes) || setrlimit(RLIMIT_CORE, &core))
        _exit(126);
    execlp("mksquashfs", "mksquashfs", root, file, "-noappend", "-no-progress",
           "-no-exports", "-comp", "zstd", "-Xcompression-level", "1",
           "-processors", "2", NULL);
    _exit(127);
}

static int pack(const char *root, const char *file, struct zp_error *err)
{
    pid_t parent = getpid(), pid = fork();
    int status = 0;

    if (pid == 0) {
        /* Who is killed gives the file up, and another may write it. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(126);
        run_mksquashfs(root, file);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (pid < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "image", "%s",
                            strerror(errno));
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return ZP_OK;
    unlink(file);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return zp__fail(err, ZP_ERR_UNSUPPORTED, "image", "mksquashfs is not "
                        "there: install squashfs-tools");
    return zp__fail(err, ZP_ERR_IO, "image", "mksquashfs of %.100s: %s %d",
                    root, WIFEXITED(status) ? "exit" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status)
                                      : WTERMSIG(status));
}

int image_make(const char *root, const char *dir_path, const char *name,
               bool *cached_out, struct zp_error *err)
{
    char file[512], kept[64], link_name[ZK_MAX_PATH_BYTES];
    char *key;
    int dir, rc = make_dir(dir_path, err);

    *cached_out = false;
    if (rc)
        return rc;
    dir = open(dir_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return zp__fail_sys(err, ZP_ERR_IO, errno, "image", "%s: %s", dir_path,
                            strerror(errno));
    image_path(dir_path, name, file, sizeof(file));
    snprintf(link_name, sizeof(link_name), "%s.squashfs", name);
    key = key_of(root);
    snprintf(kept, sizeof(kept), "kept-%016" PRIx64 ".squashfs",
             key ? hash_of(key) : 0);
    unlinkat(dir, link_name, 0);
    flock(dir, LOCK_EX);
    forget_last_boot(dir);
    *cached_out = key && take_kept(dir, kept, key, link_name);
    flock(dir, LOCK_UN);
    if (!*cached_out)
        rc = pack(root, file, err);
    if (!*cached_out && !rc && key) {
        flock(dir, LOCK_EX);
        keep(dir, kept, key, link_name);
        forget_old(dir);
        flock(dir, LOCK_UN);
    }
    free(key);
    close(dir);
    return rc;
}
