#define _GNU_SOURCE
#include "CUnix.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

int unix_forbid_dump(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int unix_is_dumpable(void) {
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

int unix_become(unsigned int user, unsigned int group) {
    gid_t only = group, left[2], gids[3];
    uid_t uids[3];
    if (setgroups(1, &only) || setresgid(group, group, group) || setresuid(user, user, user)) return -1;
    if (getresgid(&gids[0], &gids[1], &gids[2]) || getresuid(&uids[0], &uids[1], &uids[2])) return -1;
    int became = getgroups(2, left) == 1 && left[0] == group;
    for (int i = 0; i < 3; i++) became = became && gids[i] == group && uids[i] == user;
    if (became && (user == 0 || (setuid(0) != 0 && seteuid(0) != 0))) return 0;
    errno = EPERM;
    return -1;
}

void unix_set_name(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

int unix_signal_as(unsigned int user, pid_t process, int signal) {
    /* The calls themselves: the library's functions change the user of every thread. */
    if (syscall(SYS_setresuid, -1, user, -1)) return -1;
    int result = kill(process, signal), reason = errno;
    if (syscall(SYS_setresuid, -1, 0, -1)) abort();
    errno = reason;
    return result;
}

int unix_move(int from, const char *name, int to, const char *other) {
    return renameat2(from, name, to, other, RENAME_NOREPLACE);
}

int unix_forbid_core(void) {
    return setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

int unix_close_from(unsigned first) {
    return close_range(first, ~0u, 0);
}

pid_t unix_start_child(
    const char *path, char *const arguments[], char *const environment[], int lifeline, int *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    pid_t child = -1;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int fault = posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!fault) fault = posix_spawnattr_setsigmask(&attributes, &none);
    if (!fault) fault = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!fault) fault = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!fault) fault = posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    if (!fault) fault = posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    if (!fault) fault = posix_spawn_file_actions_adddup2(&actions, lifeline, 3);
    if (!fault) fault = posix_spawn(&child, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    *output = ends[0];
    if (!fault) return child;
    close(ends[0]);
    errno = fault;
    return -1;
}

int unix_child_has_ended(pid_t child) {
    siginfo_t end = {0};
    return waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT | WNOHANG) ? -1 : end.si_pid == child;
}

void unix_keep_freed_memory(int bytes) {
    mallopt(M_TRIM_THRESHOLD, bytes);
    mallopt(M_MMAP_THRESHOLD, bytes);
}

int unix_clock_is_kept(void) {
    struct timex state = {0};
    int status = adjtimex(&state);
    if (status < 0) return -1;
    return status != TIME_ERROR && !(state.status & STA_UNSYNC);
}

static int release_part(struct dl_phdr_info *object, size_t size, void *page) {
    (void)size;
    uintptr_t mask = ~(*(uintptr_t *)page - 1);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        // What was written to differs from the file and would be lost; code is never written to.
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) || part->p_flags & PF_W) continue;
        uintptr_t begin = (object->dlpi_addr + part->p_vaddr) & mask;
        madvise((void *)begin, object->dlpi_addr + part->p_vaddr + part->p_memsz - begin, MADV_DONTNEED);
    }
    return 0;
}

void unix_release_memory(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(release_part, &page);
    // What was freed, such as the settings and the catalogues as they were read: malloc keeps it.
    malloc_trim(0);
}
