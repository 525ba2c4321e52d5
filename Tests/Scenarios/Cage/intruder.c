/*
 * Code in relay, vault or an errand of root's that does what an attacker would try there, once it is told to. Preloaded into the program (LD_PRELOAD); it acts
 * from a thread that begins with the program's first own one, and so after the cage. Intruder.swift writes the orders.
 *
 *   INTRUDER_ORDERS   a folder with the files "relay", "vault" and "errand": struct order below
 *
 * A processor with an own list of calls is needed for some; each order answers with 0 or an errno, if the process lives to answer.
 */
#define _GNU_SOURCE
#include "../Support/carried.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

struct order {
    /* Rises by one with each order; `done` follows it. */
    int32_t number, done;
    int32_t result;
    char what[52];
    char on[192];
};
_Static_assert(sizeof(struct order) == 256, "the writer writes 256 octets");

static volatile struct order *order;

__attribute__((constructor)) static void begin(void)
{
    carry("LD_PRELOAD");
    carry("INTRUDER_ORDERS");
    const char *folder = getenv("INTRUDER_ORDERS");
    char words[512] = {0}, path[512];
    int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (!folder || file < 0) return;
    ssize_t length = read(file, words, sizeof words - 1);
    close(file);
    const char *role = length > 0 ? words + strlen(words) + 1 : "";
    if (strcmp(role, "relay") != 0 && strcmp(role, "vault") != 0 && strcmp(role, "errand") != 0) return;
    snprintf(path, sizeof path, "%s/%s", folder, role);
    file = open(path, O_RDWR | O_CLOEXEC);
    void *there = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0) close(file);
    if (there != MAP_FAILED) order = there;
}

static long inet(int what, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    long result = what == SYS_connect ? connect(made, (void *)&address, sizeof address) : bind(made, (void *)&address, sizeof address);
    int reason = errno;
    close(made);
    errno = reason;
    return result;
}

/* Sends a text along with the request for a connection: no connect(2), and yet a connection. */
static long fast(int what, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct iovec text = {"x", 1};
    struct mmsghdr message = {{.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &text, .msg_iovlen = 1}, 0};
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    long result = what == SYS_sendto ? sendto(made, "x", 1, MSG_FASTOPEN, (void *)&address, sizeof address)
        : what == SYS_sendmsg ? sendmsg(made, &message.msg_hdr, MSG_FASTOPEN) : sendmmsg(made, &message, 1, MSG_FASTOPEN);
    int reason = errno;
    close(made);
    errno = reason;
    return result;
}

static long opened(const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC, 0600);
    if (file >= 0) close(file);
    return file;
}

static long act(const char *what, const char *on)
{
#define ON(name) if (strcmp(what, name) == 0)
    ON("read") return opened(on, O_RDONLY);
    ON("make") return opened(on, O_WRONLY | O_CREAT);
    ON("list") return opened(on, O_RDONLY | O_DIRECTORY);
    ON("connect") return inet(SYS_connect, on);
    ON("bind") return inet(SYS_bind, on);
    ON("newest call") return syscall(900);
    ON("new code") return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
    ON("new code over old") return mprotect((void *)((uintptr_t)act & ~4095ul), 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    ON("raise a limit") return syscall(SYS_prlimit64, 0, 4, &(uint64_t[2]){~0ul, ~0ul}, NULL);
    ON("be dumpable") return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    ON("say") return write(2, on, strlen(on)) < 0;
    ON("terminal") return opened("/dev/tty", O_RDWR);
    ON("execve") return syscall(SYS_execve, "/bin/true", (char *[]){"true", NULL}, NULL);
    ON("execveat") return syscall(SYS_execveat, AT_FDCWD, "/bin/true", (char *[]){"true", NULL}, NULL, 0);
    ON("ptrace") return syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
    ON("process_vm_readv") return syscall(SYS_process_vm_readv, getppid(), NULL, 0ul, NULL, 0ul, 0ul);
    ON("clone") return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    ON("unshare") return syscall(SYS_unshare, CLONE_NEWUSER);
    ON("setns") return syscall(SYS_setns, 0, 0);
    ON("bpf") return syscall(SYS_bpf, 0, NULL, 0);
    ON("io_uring_setup") return syscall(SYS_io_uring_setup, 1, NULL);
    ON("keyctl") return syscall(SYS_keyctl, 0, 0, 0, 0, 0);
    ON("userfaultfd") return syscall(SYS_userfaultfd, 0);
    ON("perf_event_open") return syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
    ON("open_by_handle_at") return syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, 0);
    ON("mount") return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
    ON("chroot") return syscall(SYS_chroot, "/");
    ON("setuid") return syscall(SYS_setuid, 0);
    ON("capset") return syscall(SYS_capset, NULL, NULL);
    ON("memfd_create") return syscall(SYS_memfd_create, "x", 0);
    ON("symlinkat") return syscall(SYS_symlinkat, "/etc/shadow", AT_FDCWD, on);
    ON("personality") return syscall(SYS_personality, 0x0040000);
    ON("pidfd_getfd") return syscall(438, 0, 0, 0);
    ON("kill") return syscall(SYS_kill, getppid(), 0);
    ON("tgkill") return syscall(SYS_tgkill, getppid(), getppid(), 0);
    ON("socket packet") return socket(AF_PACKET, SOCK_DGRAM, 0);
    ON("socket raw") return socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
    /* Protocols whose ports Landlock does not know. */
    ON("socket sctp") return socket(AF_INET, SOCK_STREAM, 132);
    ON("socket mptcp") return socket(AF_INET, SOCK_STREAM, 262);
    ON("socket netlink") return socket(AF_NETLINK, SOCK_RAW, 9);
    ON("socket vsock") return socket(40, SOCK_STREAM, 0);
    ON("sendto fast") return fast(SYS_sendto, "9");
    ON("sendmsg fast") return fast(SYS_sendmsg, "9");
    ON("sendmmsg fast") return fast(SYS_sendmmsg, "9");
    ON("ioctl") return ioctl(0, TIOCSTI, "x");
    /* Another handler in the place of the one that tells. */
    ON("silence") {
        struct sigaction quiet = {.sa_handler = SIG_IGN};
        return sigaction(SIGSYS, &quiet, NULL);
    }
#ifdef __x86_64__
    ON("x32") return syscall(0x40000000 | SYS_getpid);
    ON("fork") return syscall(SYS_fork);
    /* The other door to the kernel, with numbers of its own: 11 is execve there. */
    ON("old door") {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(20l) : "memory", "cc");
        return result > 0 ? 0 : -1;
    }
#endif
    errno = ENOTSUP;
    return -1;
}

static void *wait_for_orders(void *nothing)
{
    (void)nothing;
    while (1) {
        int number = order->number;
        if (order->done != number) {
            char what[sizeof order->what], on[sizeof order->on];
            for (size_t i = 0; i < sizeof what; i++) what[i] = order->what[i];
            for (size_t i = 0; i < sizeof on; i++) on[i] = order->on[i];
            order->result = act(what, on) < 0 ? errno : 0;
            __sync_synchronize();
            order->done = number;
        }
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    return NULL;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *context)
{
    static int has_begun;
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = dlsym(RTLD_NEXT, "pthread_create");
    pthread_t own;
    if (order && !__sync_lock_test_and_set(&has_begun, 1)) next(&own, NULL, wait_for_orders, NULL);
    return next(thread, attributes, body, context);
}
