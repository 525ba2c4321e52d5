/*
 * Records, in order, what a program does to the files under one folder, so that a test can work out afterwards what a disk
 * would hold after a power cut at that moment. Preloaded into the program (LD_PRELOAD). PowerCutDisk.swift reads the record.
 *
 *   POWERCUT_HOME   the folder; absolute, without links in it
 *   POWERCUT_LOG    the record, outside the folder. All processes write it with O_APPEND, so it survives SIGKILL
 *   POWERCUT_FAULTS a file that is read again each time: struct faults below. It is mapped at the start, since a process in its
 *                   cage opens nothing outside the home
 *
 * Covered: open, creat, write, pwrite, writev, pwritev, ftruncate, truncate, fallocate, rename, link, unlink, mkdir, rmdir,
 * chmod, fchmod, fsync, fdatasync, each in all its variants. Files ending in "-shm" are left out: SQLite rebuilds them.
 * Not covered, and reported as a fault where it is seen: writing through a shared mapping.
 * A sync is recorded and not done: the reader of the record decides what it is worth.
 */
#define _GNU_SOURCE
#include "../Support/carried.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#define TRACKED_MAX 4096

struct record {
    uint32_t magic;
    uint8_t what;
    uint8_t is_folder;
    uint16_t path_length;
    uint16_t other_length;
    uint16_t mode;
    uint32_t data_length;
    uint64_t inode;
    int64_t offset;
};
_Static_assert(sizeof(struct record) == 32, "the reader expects 32 octets");

static char home[PATH_MAX];
static size_t home_length;
/* PowerCutLayer.swift writes it. */
struct faults {
    /* How many octets the disk says are free; negative for the truth. */
    int64_t room;
    /* Whether no octet can be written (ENOSPC). */
    int32_t is_full;
    /* fsync of a path that ends in this text fails (EIO). */
    char sync[244];
};
_Static_assert(sizeof(struct faults) == 256, "the writer writes 256 octets");
static const volatile struct faults *faults;
static int list = -1;
/* The file's inode, or 0 for a file that is not ours. Read without the lock: between fork and exec nothing may wait for it. */
static volatile uint64_t tracked[TRACKED_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void say(const char *what)
{
    syscall(SYS_write, 2, "powercut: ", 10);
    syscall(SYS_write, 2, what, strlen(what));
    syscall(SYS_write, 2, "\n", 1);
}

__attribute__((constructor)) static void begin(void)
{
    carry("LD_PRELOAD");
    carry("POWERCUT_HOME");
    carry("POWERCUT_LOG");
    carry("POWERCUT_FAULTS");
    const char *folder = getenv("POWERCUT_HOME"), *path = getenv("POWERCUT_LOG"), *trouble = getenv("POWERCUT_FAULTS");
    if (!folder || !path || strlen(folder) >= sizeof home) return;
    int low = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (low < 0) {
        say("cannot open the list");
        _exit(71);
    }
    /* A high number: some programs expect low ones to be free. */
    list = syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, 900);
    if (list < 0) list = low; else syscall(SYS_close, low);
    int file = trouble ? syscall(SYS_openat, AT_FDCWD, trouble, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *there = (void *)syscall(SYS_mmap, NULL, sizeof *faults, PROT_READ, MAP_SHARED, file, 0L);
        if (there != MAP_FAILED) faults = there;
        syscall(SYS_close, file);
    }
    strcpy(home, folder);
    home_length = strlen(home);
}

static void note(struct record head, const char *path, const char *other, const struct iovec *data, int parts, size_t most)
{
    struct iovec all[64];
    int count = 0;
    head.magic = 0x50435554;
    head.path_length = path ? strlen(path) : 0;
    head.other_length = other ? strlen(other) : 0;
    head.data_length = most;
    all[count++] = (struct iovec){&head, sizeof head};
    if (path) all[count++] = (struct iovec){(void *)path, head.path_length};
    if (other) all[count++] = (struct iovec){(void *)other, head.other_length};
    size_t total = sizeof head + head.path_length + head.other_length + most;
    for (int part = 0; part < parts && most > 0 && count < 64; part++) {
        size_t length = data[part].iov_len < most ? data[part].iov_len : most;
        all[count++] = (struct iovec){data[part].iov_base, length};
        most -= length;
    }
    if (most > 0 || syscall(SYS_writev, list, all, count) != (long)total) {
        say("cannot write the list");
        _exit(71);
    }
}

/* The absolute path if the file is one of ours, else NULL. */
static const char *ours(int folder, const char *path, char *room)
{
    if (list < 0 || !path) return NULL;
    if (path[0] == '/') {
        if (strlen(path) >= PATH_MAX) return NULL;
        strcpy(room, path);
    } else {
        char link[64];
        if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd"); else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        long length = syscall(SYS_readlinkat, AT_FDCWD, link, room, PATH_MAX - 1);
        if (length < 0 || length + strlen(path) + 2 >= PATH_MAX) return NULL;
        room[length] = '/';
        strcpy(room + length + 1, path);
    }
    size_t length = strlen(room);
    while (length > 1 && room[length - 1] == '/') room[--length] = 0;
    if (strncmp(room, home, home_length) != 0 || (room[home_length] != '/' && room[home_length] != 0)) return NULL;
    if (length > 4 && strcmp(room + length - 4, "-shm") == 0) return NULL;
    return room;
}

static uint64_t inode_of(int file)
{
    return file >= 0 && file < TRACKED_MAX ? tracked[file] : 0;
}

/* Whether syncing this file fails: its path ends in the fault's text. */
static int sync_fails(int file)
{
    char link[64], target[PATH_MAX], text[sizeof faults->sync];
    if (!faults) return 0;
    for (size_t i = 0; i < sizeof text; i++) text[i] = faults->sync[i];
    size_t end = strnlen(text, sizeof text);
    if (end == 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    size_t whole = strlen(target);
    return whole >= end && strncmp(target + whole - end, text, end) == 0;
}

/* --- Opening --------------------------------------------------------------------------------------------------------- */

static int open_any(int folder, const char *path, int flags, mode_t mode)
{
    char room[PATH_MAX];
    const char *own = ours(folder, path, room);
    if (!own) {
        int file = syscall(SYS_openat, folder, path, flags, mode);
        if (file >= 0 && file < TRACKED_MAX) tracked[file] = 0;
        return file;
    }
    pthread_mutex_lock(&lock);
    struct stat before, after;
    int was_there = syscall(SYS_newfstatat, AT_FDCWD, own, &before, AT_SYMLINK_NOFOLLOW) == 0;
    int file = syscall(SYS_openat, folder, path, flags, mode);
    int reason = errno;
    if (file >= 0 && syscall(SYS_fstat, file, &after) == 0) {
        if (file >= TRACKED_MAX) {
            say("a descriptor is out of range");
            _exit(71);
        }
        int is_folder = S_ISDIR(after.st_mode);
        tracked[file] = is_folder || S_ISREG(after.st_mode) ? after.st_ino : 0;
        struct record head = {.is_folder = is_folder, .mode = after.st_mode & 07777, .inode = after.st_ino};
        if (!was_there && (flags & O_CREAT)) {
            head.what = 'C';
            note(head, own, NULL, NULL, 0, 0);
        } else if ((flags & O_TRUNC) && !is_folder) {
            head.what = 'T';
            note(head, NULL, NULL, NULL, 0, 0);
        }
    }
    pthread_mutex_unlock(&lock);
    errno = reason;
    return file;
}

#define MODE_ARGUMENT                                  \
    mode_t mode = 0;                                   \
    if (flags & (O_CREAT | __O_TMPFILE)) {             \
        va_list arguments;                             \
        va_start(arguments, flags);                    \
        mode = va_arg(arguments, mode_t);              \
        va_end(arguments);                             \
    }

int open(const char *path, int flags, ...) { MODE_ARGUMENT return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_ARGUMENT return open_any(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE_ARGUMENT return open_any(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE_ARGUMENT return open_any(folder, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int file)
{
    if (file == list && list >= 0) return 0;
    if (file >= 0 && file < TRACKED_MAX) tracked[file] = 0;
    return syscall(SYS_close, file);
}

int close_range(unsigned first, unsigned last, int flags)
{
    if (list < 0 || (unsigned)list < first || (unsigned)list > last || flags) return syscall(SYS_close_range, first, last, flags);
    for (unsigned file = first; file <= last && file < TRACKED_MAX; file++) tracked[file] = 0;
    int below = (unsigned)list > first ? syscall(SYS_close_range, first, list - 1, 0) : 0;
    return below ? below : syscall(SYS_close_range, list + 1, last, 0);
}

/* --- Writing --------------------------------------------------------------------------------------------------------- */

/* Offset -1 means the file's current position. */
static ssize_t write_any(int file, const struct iovec *data, int parts, off_t offset)
{
    uint64_t inode = inode_of(file);
    if (!inode)
        return offset < 0 ? syscall(SYS_writev, file, data, parts) : syscall(SYS_pwritev, file, data, parts, offset, 0);
    pthread_mutex_lock(&lock);
    ssize_t count = -1;
    int reason = ENOSPC;
    if (!faults || !faults->is_full) {
        count = offset < 0 ? syscall(SYS_writev, file, data, parts) : syscall(SYS_pwritev, file, data, parts, offset, 0);
        reason = errno;
        if (count > 0) {
            if (offset < 0) offset = syscall(SYS_lseek, file, 0, SEEK_CUR) - count;
            note((struct record){.what = 'W', .inode = inode, .offset = offset}, NULL, NULL, data, parts, count);
        }
    }
    pthread_mutex_unlock(&lock);
    errno = reason;
    return count;
}

ssize_t write(int file, const void *data, size_t length)
{
    if (!inode_of(file)) return syscall(SYS_write, file, data, length);
    return write_any(file, &(struct iovec){(void *)data, length}, 1, -1);
}
ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset)
{
    return write_any(file, &(struct iovec){(void *)data, length}, 1, offset);
}
ssize_t pwrite(int file, const void *data, size_t length, off_t offset) { return pwrite64(file, data, length, offset); }
ssize_t writev(int file, const struct iovec *data, int parts) { return write_any(file, data, parts, -1); }
ssize_t pwritev64(int file, const struct iovec *data, int parts, off64_t offset) { return write_any(file, data, parts, offset); }
ssize_t pwritev(int file, const struct iovec *data, int parts, off_t offset) { return write_any(file, data, parts, offset); }

int ftruncate64(int file, off64_t size)
{
    uint64_t inode = inode_of(file);
    if (!inode) return syscall(SYS_ftruncate, file, size);
    pthread_mutex_lock(&lock);
    int result = syscall(SYS_ftruncate, file, size), reason = errno;
    if (result == 0) note((struct record){.what = 'T', .inode = inode, .offset = size}, NULL, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int truncate64(const char *path, off64_t size)
{
    int file = open_any(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    if (file < 0) return -1;
    int result = ftruncate64(file, size), reason = errno;
    close(file);
    errno = reason;
    return result;
}
int truncate(const char *path, off_t size) { return truncate64(path, size); }

/* Preallocation makes a file longer at most. */
int fallocate64(int file, int how, off64_t offset, off64_t length)
{
    int result = syscall(SYS_fallocate, file, how, offset, length), reason = errno;
    struct stat status;
    if (result == 0 && inode_of(file) && syscall(SYS_fstat, file, &status) == 0) ftruncate64(file, status.st_size);
    errno = reason;
    return result;
}
int fallocate(int file, int how, off_t offset, off_t length) { return fallocate64(file, how, offset, length); }
int posix_fallocate64(int file, off64_t offset, off64_t length) { return fallocate64(file, 0, offset, length) ? errno : 0; }
int posix_fallocate(int file, off_t offset, off_t length) { return posix_fallocate64(file, offset, length); }

void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset)
{
    uint64_t inode = (flags & MAP_SHARED) && (protection & PROT_WRITE) ? inode_of(file) : 0;
    if (inode) note((struct record){.what = '!', .inode = inode}, NULL, NULL, NULL, 0, 0);
    return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    return mmap64(address, length, protection, flags, file, offset);
}

/* --- Syncing --------------------------------------------------------------------------------------------------------- */

int fsync(int file)
{
    uint64_t inode = inode_of(file);
    if (!inode) return syscall(SYS_fsync, file);
    struct stat status;
    syscall(SYS_fstat, file, &status);
    int fails = sync_fails(file);
    pthread_mutex_lock(&lock);
    note((struct record){.what = fails ? 'E' : 'S', .is_folder = S_ISDIR(status.st_mode), .inode = inode}, NULL, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    if (fails) errno = EIO;
    return fails ? -1 : 0;
}
int fdatasync(int file) { return fsync(file); }
/* sync_file_range(2) guarantees nothing, so it does nothing here. */
int sync_file_range(int file, off64_t offset, off64_t length, unsigned flags) { (void)file, (void)offset, (void)length, (void)flags; return 0; }

/* --- Names ----------------------------------------------------------------------------------------------------------- */

int renameat2(int from, const char *path, int to, const char *other, unsigned flags)
{
    char room[PATH_MAX], room2[PATH_MAX];
    const char *own = ours(from, path, room), *own2 = ours(to, other, room2);
    if (!own && !own2) return syscall(SYS_renameat2, from, path, to, other, flags);
    pthread_mutex_lock(&lock);
    struct stat status;
    int is_known = syscall(SYS_newfstatat, from, path, &status, AT_SYMLINK_NOFOLLOW) == 0
        && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
    int result = syscall(SYS_renameat2, from, path, to, other, flags), reason = errno;
    if (result == 0 && is_known) note((struct record){.what = 'R', .inode = status.st_ino}, room, room2, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}
int renameat(int from, const char *path, int to, const char *other) { return renameat2(from, path, to, other, 0); }
int rename(const char *path, const char *other) { return renameat2(AT_FDCWD, path, AT_FDCWD, other, 0); }

int linkat(int from, const char *path, int to, const char *other, int flags)
{
    char room[PATH_MAX], room2[PATH_MAX];
    const char *own2 = ours(to, other, room2);
    if (!own2) return syscall(SYS_linkat, from, path, to, other, flags);
    pthread_mutex_lock(&lock);
    ours(from, path, room);
    int result = syscall(SYS_linkat, from, path, to, other, flags), reason = errno;
    struct stat status;
    if (result == 0 && syscall(SYS_newfstatat, AT_FDCWD, room2, &status, AT_SYMLINK_NOFOLLOW) == 0)
        note((struct record){.what = 'L', .inode = status.st_ino}, room2, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}
int link(const char *path, const char *other) { return linkat(AT_FDCWD, path, AT_FDCWD, other, 0); }

int unlinkat(int folder, const char *path, int flags)
{
    char room[PATH_MAX];
    const char *own = ours(folder, path, room);
    if (!own) return syscall(SYS_unlinkat, folder, path, flags);
    pthread_mutex_lock(&lock);
    struct stat status;
    int is_known = syscall(SYS_newfstatat, AT_FDCWD, own, &status, AT_SYMLINK_NOFOLLOW) == 0
        && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
    int result = syscall(SYS_unlinkat, folder, path, flags), reason = errno;
    if (result == 0 && is_known) note((struct record){.what = 'U', .inode = status.st_ino}, own, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode)
{
    char room[PATH_MAX];
    const char *own = ours(folder, path, room);
    if (!own) return syscall(SYS_mkdirat, folder, path, mode);
    pthread_mutex_lock(&lock);
    int result = syscall(SYS_mkdirat, folder, path, mode), reason = errno;
    struct stat status;
    if (result == 0 && syscall(SYS_newfstatat, AT_FDCWD, own, &status, 0) == 0)
        note(
            (struct record){.what = 'C', .is_folder = 1, .mode = status.st_mode & 07777, .inode = status.st_ino}, own, NULL, NULL,
            0, 0);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int fchmodat(int folder, const char *path, mode_t mode, int flags)
{
    char room[PATH_MAX];
    const char *own = ours(folder, path, room);
    (void)flags;
    if (!own) return syscall(SYS_fchmodat, folder, path, mode);
    pthread_mutex_lock(&lock);
    int result = syscall(SYS_fchmodat, folder, path, mode), reason = errno;
    struct stat status;
    if (result == 0 && syscall(SYS_newfstatat, AT_FDCWD, own, &status, 0) == 0
        && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
        note((struct record){.what = 'M', .mode = mode & 07777, .inode = status.st_ino}, NULL, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}
int chmod(const char *path, mode_t mode) { return fchmodat(AT_FDCWD, path, mode, 0); }

int fchmod(int file, mode_t mode)
{
    int result = syscall(SYS_fchmod, file, mode), reason = errno;
    if (result == 0 && inode_of(file)) {
        pthread_mutex_lock(&lock);
        note((struct record){.what = 'M', .mode = mode & 07777, .inode = inode_of(file)}, NULL, NULL, NULL, 0, 0);
        pthread_mutex_unlock(&lock);
    }
    errno = reason;
    return result;
}

/* --- How much room there is -------------------------------------------------------------------------------------------- */

int statvfs64(const char *path, struct statvfs64 *answer)
{
    struct statfs status;
    if (syscall(SYS_statfs, path, &status) != 0) return -1;
    memset(answer, 0, sizeof *answer);
    answer->f_bsize = status.f_bsize;
    answer->f_frsize = status.f_frsize ? status.f_frsize : status.f_bsize;
    answer->f_blocks = status.f_blocks;
    answer->f_bfree = status.f_bfree;
    answer->f_bavail = status.f_bavail;
    answer->f_files = status.f_files;
    answer->f_ffree = status.f_ffree;
    answer->f_favail = status.f_ffree;
    answer->f_namemax = status.f_namelen;
    int64_t room = faults ? faults->room : -1;
    if (room >= 0) answer->f_bavail = answer->f_bfree = (uint64_t)room / answer->f_frsize;
    return 0;
}
int statvfs(const char *path, struct statvfs *answer) { return statvfs64(path, (struct statvfs64 *)answer); }
