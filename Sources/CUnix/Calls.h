/* The system calls by name. Found by strace over the service under load, its start, key rotation, backup, import, TLS and its end,
   and by reading what glibc, libdispatch, SwiftNIO, SQLite, libcurl and OpenSSL may call instead on other versions. */
#include "Cage.h"

#include <linux/audit.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#error "the list of system calls is for x86_64 and aarch64"
#endif

/* Calls that the headers of a build machine may not have yet. Since Linux 5.1 new ones have one number everywhere. */
#ifndef __NR_futex_waitv
#define __NR_futex_waitv 449
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_map_shadow_stack
#define __NR_map_shadow_stack 453
#endif
#ifndef __NR_futex_wake
#define __NR_futex_wake 454
#define __NR_futex_wait 455
#define __NR_futex_requeue 456
#endif
#ifndef __NR_mseal
#define __NR_mseal 462
#endif
#define NEWEST_CALL 462

struct call {
    const char *name;
    int number, roles;
};

enum { R = unix_seccomp_relay, V = unix_seccomp_vault, B = R | V };
#define CALL(name, roles) {#name, __NR_##name, roles}

/* The frequent ones first: kernels before 5.11 go through the list at every call. */
static const struct call allowed_calls[] = {
    CALL(futex, B), CALL(read, B), CALL(write, B), CALL(epoll_pwait, B), CALL(epoll_ctl, B), CALL(recvfrom, B),
    CALL(pread64, B), CALL(pwrite64, B), CALL(fdatasync, B), CALL(close, B), CALL(timerfd_settime, B), CALL(fcntl, B),
    CALL(gettid, B), CALL(getpid, B), CALL(clock_gettime, B), CALL(madvise, B), CALL(munmap, B), CALL(getrandom, B),

    /* Memory, threads, signals. */
    CALL(brk, B), CALL(mremap, B), CALL(mlock, B), CALL(munlock, B), CALL(mlock2, B), CALL(msync, B), CALL(mincore, B),
    CALL(set_robust_list, B), CALL(get_robust_list, B), CALL(rseq, B), CALL(set_tid_address, B), CALL(membarrier, B),
    CALL(futex_waitv, B), CALL(futex_wake, B), CALL(futex_wait, B), CALL(futex_requeue, B), CALL(map_shadow_stack, B),
    CALL(mseal, B), CALL(exit, B), CALL(exit_group, B), CALL(restart_syscall, B),
    CALL(sched_yield, B), CALL(sched_getaffinity, B), CALL(sched_getparam, B), CALL(sched_getscheduler, B),
    CALL(sched_get_priority_max, B), CALL(sched_get_priority_min, B), CALL(getcpu, B),
    /* libdispatch gives its threads their priority, which can only be lowered. */
    CALL(setpriority, B), CALL(getpriority, B), CALL(sched_setscheduler, B),
    CALL(rt_sigprocmask, B), CALL(rt_sigreturn, B), CALL(rt_sigsuspend, B), CALL(rt_sigpending, B), CALL(rt_sigtimedwait, B),
    CALL(sigaltstack, B), CALL(signalfd4, B),

    /* Time and waiting. */
    CALL(clock_getres, B), CALL(clock_nanosleep, B), CALL(nanosleep, B), CALL(gettimeofday, B), CALL(times, B),
    CALL(getrusage, B), CALL(timerfd_create, B), CALL(timerfd_gettime, B), CALL(epoll_create1, B), CALL(epoll_pwait2, B),
    CALL(eventfd2, B), CALL(pipe2, B), CALL(ppoll, B), CALL(pselect6, B),

    /* Sockets; which kinds is checked as they are made. Those that send are below. */
    CALL(accept4, B), CALL(accept, B), CALL(bind, B), CALL(listen, B), CALL(connect, B), CALL(getsockname, B),
    CALL(getpeername, B), CALL(getsockopt, B), CALL(setsockopt, B), CALL(shutdown, B), CALL(recvmsg, B), CALL(recvmmsg, B),

    /* Files; which ones is for their owners, and Landlock. */
    CALL(readv, B), CALL(writev, B), CALL(preadv, B), CALL(pwritev, B), CALL(preadv2, B), CALL(pwritev2, B),
    CALL(openat, B), CALL(openat2, B), CALL(close_range, B), CALL(dup, B), CALL(dup3, B), CALL(lseek, B), CALL(fstat, B),
    CALL(newfstatat, B), CALL(statx, B), CALL(faccessat, B), CALL(faccessat2, B), CALL(readlinkat, B), CALL(getdents64, B),
    CALL(getcwd, B), CALL(flock, B), CALL(fsync, B), CALL(sync, B), CALL(sync_file_range, B), CALL(ftruncate, B),
    CALL(truncate, B), CALL(fallocate, B), CALL(fadvise64, B), CALL(renameat, B), CALL(renameat2, B), CALL(unlinkat, B),
    CALL(linkat, B), CALL(mkdirat, B), CALL(fchmod, B), CALL(fchmodat, B), CALL(fchmodat2, B), CALL(utimensat, B),
    CALL(umask, B), CALL(statfs, B), CALL(fstatfs, B),
    /* Foundation reads them with a file's size. */
    CALL(listxattr, B), CALL(llistxattr, B), CALL(flistxattr, B), CALL(getxattr, B), CALL(lgetxattr, B), CALL(fgetxattr, B),
    /* SQLite gives the files beside a store the store's owner when it runs as root. */
    CALL(fchown, R),

    /* What it is and what it runs on. */
    CALL(getppid, B), CALL(getuid, B), CALL(geteuid, B), CALL(getgid, B), CALL(getegid, B), CALL(getresuid, B),
    CALL(getresgid, B), CALL(getgroups, B), CALL(uname, B), CALL(sysinfo, B),
#ifdef __x86_64__
    /* What the above were called before, which this machine keeps. */
    CALL(epoll_wait, B), CALL(epoll_create, B), CALL(eventfd, B), CALL(signalfd, B), CALL(poll, B), CALL(select, B),
    CALL(pipe, B), CALL(dup2, B), CALL(open, B), CALL(stat, B), CALL(lstat, B), CALL(access, B), CALL(readlink, B),
    CALL(getdents, B), CALL(rename, B), CALL(unlink, B), CALL(link, B), CALL(mkdir, B), CALL(rmdir, B), CALL(chmod, B),
    CALL(time, B), CALL(getrlimit, B), CALL(arch_prctl, B), CALL(pause, B),
#else
    CALL(getrlimit, B),
#endif
    {0},
};

/* Allowed with some arguments: Seccomp.c. */
static const struct call checked_calls[] = {
    CALL(clone, B), CALL(clone3, B), CALL(mmap, B), CALL(mprotect, B), CALL(socket, B), CALL(socketpair, B), CALL(ioctl, B),
    CALL(prctl, B), CALL(tgkill, B), CALL(kill, B), CALL(prlimit64, B), CALL(rt_sigaction, B),
    CALL(sendto, B), CALL(sendmsg, B), CALL(sendmmsg, B), {0},
};

/* Never allowed, and named when they are tried. */
static const struct call known_calls[] = {
    CALL(execve, 0), CALL(execveat, 0), CALL(ptrace, 0), CALL(process_vm_readv, 0), CALL(process_vm_writev, 0),
    CALL(process_madvise, 0), CALL(pidfd_open, 0), CALL(pidfd_getfd, 0), CALL(pidfd_send_signal, 0), CALL(kcmp, 0),
    CALL(bpf, 0), CALL(perf_event_open, 0), CALL(userfaultfd, 0), CALL(io_uring_setup, 0), CALL(io_uring_enter, 0),
    CALL(io_uring_register, 0), CALL(keyctl, 0), CALL(add_key, 0), CALL(request_key, 0), CALL(name_to_handle_at, 0),
    CALL(open_by_handle_at, 0), CALL(mount, 0), CALL(umount2, 0), CALL(pivot_root, 0), CALL(chroot, 0), CALL(move_mount, 0),
    CALL(open_tree, 0), CALL(fsopen, 0), CALL(fsconfig, 0), CALL(fsmount, 0), CALL(fspick, 0), CALL(unshare, 0),
    CALL(setns, 0), CALL(init_module, 0), CALL(finit_module, 0), CALL(delete_module, 0), CALL(kexec_load, 0),
    CALL(reboot, 0), CALL(swapon, 0), CALL(swapoff, 0), CALL(acct, 0), CALL(quotactl, 0), CALL(syslog, 0),
    CALL(sethostname, 0), CALL(setdomainname, 0), CALL(settimeofday, 0), CALL(clock_settime, 0), CALL(adjtimex, 0),
    CALL(clock_adjtime, 0), CALL(setuid, 0), CALL(setgid, 0), CALL(setreuid, 0), CALL(setregid, 0), CALL(setresuid, 0),
    CALL(setresgid, 0), CALL(setgroups, 0), CALL(setfsuid, 0), CALL(setfsgid, 0), CALL(capset, 0), CALL(capget, 0),
    CALL(seccomp, 0), CALL(personality, 0), CALL(setsid, 0), CALL(setpgid, 0), CALL(wait4, 0), CALL(waitid, 0),
    CALL(tkill, 0), CALL(rt_sigqueueinfo, 0), CALL(rt_tgsigqueueinfo, 0), CALL(memfd_create, 0), CALL(shmget, 0),
    CALL(shmat, 0), CALL(msgget, 0), CALL(semget, 0), CALL(mq_open, 0), CALL(timer_create, 0), CALL(setitimer, 0),
    CALL(inotify_init1, 0), CALL(fanotify_init, 0), CALL(pkey_mprotect, 0), CALL(remap_file_pages, 0), CALL(mbind, 0),
    CALL(set_mempolicy, 0), CALL(migrate_pages, 0), CALL(move_pages, 0), CALL(mknodat, 0), CALL(symlinkat, 0),
    CALL(fchownat, 0), CALL(chdir, 0), CALL(fchdir, 0), CALL(setxattr, 0), CALL(lsetxattr, 0), CALL(fsetxattr, 0), CALL(removexattr, 0),
    CALL(sendfile, 0), CALL(splice, 0), CALL(tee, 0), CALL(vmsplice, 0), CALL(copy_file_range, 0), CALL(setrlimit, 0),
    CALL(sched_setaffinity, 0), CALL(sched_setattr, 0), CALL(ioprio_set, 0), CALL(munlockall, 0), CALL(mlockall, 0),
    CALL(vhangup, 0), CALL(landlock_create_ruleset, 0),
    CALL(landlock_add_rule, 0), CALL(landlock_restrict_self, 0),
#ifdef __x86_64__
    CALL(fork, 0), CALL(vfork, 0), CALL(mknod, 0), CALL(symlink, 0), CALL(chown, 0), CALL(lchown, 0), CALL(creat, 0),
    CALL(iopl, 0), CALL(ioperm, 0), CALL(modify_ldt, 0), CALL(_sysctl, 0),
    CALL(utimes, 0), CALL(utime, 0), CALL(alarm, 0), CALL(getpgrp, 0), CALL(inotify_init, 0), CALL(kexec_file_load, 0),
#endif
    {0},
};
