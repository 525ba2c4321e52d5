#define _GNU_SOURCE
#include "Cage.h"
#include "Calls.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
/* The lower half of an argument; both machines are little-endian. */
#define ARGUMENT(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]))
#define GIVE(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define FAIL(reason) GIVE(SECCOMP_RET_ERRNO | ((reason) & SECCOMP_RET_DATA))
#define ALLOW GIVE(SECCOMP_RET_ALLOW)
#define END GIVE(SECCOMP_RET_TRAP)
/* Whether the value at hand equals `value`: then the next `yes` instructions are passed over, else `no`. */
#define EQUALS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define HAS(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))
#define EXCEEDS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (value), (yes), (no))

#define NAMESPACES \
    (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP | 0x80)

struct program {
    struct sock_filter code[1024];
    unsigned short length;
};

static void add(struct program *program, const struct sock_filter *code, size_t count) {
    if (program->length + count > sizeof program->code / sizeof *code) return;
    memcpy(program->code + program->length, code, count * sizeof *code);
    program->length += count;
}

/* What happens at one call. Ends in a decision, since nothing but the number has been looked at so far. */
#define AT(call, ...) \
    do { \
        const struct sock_filter rule[] = {__VA_ARGS__}; \
        const struct sock_filter test[] = {EQUALS((call), 0, sizeof rule / sizeof *rule)}; \
        add(program, test, 1); \
        add(program, rule, sizeof rule / sizeof *rule); \
    } while (0)

static void add_rules(struct program *program, enum unix_seccomp_role role) {
    const struct sock_filter beginning[] = {
        FIELD(arch), EQUALS(MACHINE, 1, 0), GIVE(SECCOMP_RET_KILL_PROCESS), FIELD(nr),
#ifdef __x86_64__
        /* The x32 variants of all calls, which no program of ours makes. */
        EXCEEDS(0x3fffffff, 0, 1), GIVE(SECCOMP_RET_KILL_PROCESS),
#endif
    };
    add(program, beginning, sizeof beginning / sizeof *beginning);
    for (const struct call *call = allowed_calls; call->name; call++)
        if (call->roles & role) AT(call->number, ALLOW);

    /* A new thread, and never a new process or namespace. */
    AT(__NR_clone, ARGUMENT(0), HAS(NAMESPACES, 2, 0), HAS(CLONE_THREAD, 0, 1), ALLOW, END);
    /* Its flags are in memory, where a filter cannot read them: the C library then uses clone. */
    AT(__NR_clone3, FAIL(ENOSYS));
    /* No new code. It fails and does not end the process: the C library may want to load a module for names, and can do without. */
    AT(__NR_mmap, ARGUMENT(2), HAS(PROT_EXEC, 0, 1), FAIL(EACCES), ALLOW);
    AT(__NR_mprotect, ARGUMENT(2), HAS(PROT_EXEC, 0, 1), FAIL(EACCES), ALLOW);
    /* TCP and, for names, UDP: Landlock's ports are those of TCP, so no other protocol may lead past them. And the kernel's list of
       this machine's addresses. */
    AT(__NR_socket, ARGUMENT(0), EQUALS(AF_NETLINK, 0, 3), ARGUMENT(2), EQUALS(NETLINK_ROUTE, 0, 13), ALLOW,
       EQUALS(AF_UNIX, 3, 0), EQUALS(AF_INET, 2, 0), EQUALS(AF_INET6, 1, 0), END,
       ARGUMENT(1), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf), EQUALS(SOCK_STREAM, 1, 0), EQUALS(SOCK_DGRAM, 0, 4),
       ARGUMENT(2), EQUALS(0, 3, 0), EQUALS(IPPROTO_TCP, 2, 0), EQUALS(IPPROTO_UDP, 1, 0), END, ALLOW);
    /* A text can be sent along with the request for a connection (TCP Fast Open, RFC 7413). That makes the connection, to whatever
       port, and Landlock is not asked: of the calls that connect it knows connect(2) alone. */
    AT(__NR_sendto, ARGUMENT(3), HAS(MSG_FASTOPEN, 0, 1), END, ALLOW);
    AT(__NR_sendmsg, ARGUMENT(2), HAS(MSG_FASTOPEN, 0, 1), END, ALLOW);
    AT(__NR_sendmmsg, ARGUMENT(3), HAS(MSG_FASTOPEN, 0, 1), END, ALLOW);
    AT(__NR_socketpair, ARGUMENT(0), EQUALS(AF_UNIX, 0, 1), ALLOW, END);
    /* Typing into a terminal ends the process; whatever else there is to control, there is nothing that answers. */
    AT(__NR_ioctl, ARGUMENT(1), EQUALS(TIOCSTI, 0, 1), END, EQUALS(TIOCLINUX, 0, 1), END, EQUALS(FIONREAD, 1, 0),
       EQUALS(FIONBIO, 0, 1), ALLOW, FAIL(ENOTTY));
    AT(__NR_prctl, ARGUMENT(0), EQUALS(PR_SET_NAME, 3, 0), EQUALS(PR_GET_NAME, 2, 0), EQUALS(PR_GET_DUMPABLE, 1, 0),
       EQUALS(0x53564d41 /* PR_SET_VMA: names of memory, since glibc 2.39 */, 0, 1), ALLOW, FAIL(EINVAL));
    /* A signal to itself, as abort(3) sends it. */
    const uint32_t own = (uint32_t)getpid();
    AT(__NR_tgkill, ARGUMENT(0), EQUALS(own, 0, 1), ALLOW, END);
    AT(__NR_kill, ARGUMENT(0), EQUALS(own, 0, 1), ALLOW, END);
    /* Only this process's own limits, and only to read them. */
    AT(__NR_prlimit64, ARGUMENT(0), EQUALS(0, 1, 0), EQUALS(own, 0, 4), ARGUMENT(2), EQUALS(0, 0, 2),
       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]) + 4), EQUALS(0, 1, 0), FAIL(EPERM), ALLOW);
    /* Code that has taken the process over must not replace our handler, which reports the call. */
    AT(__NR_rt_sigaction, ARGUMENT(0), EQUALS(SIGSYS, 0, 1), GIVE(SECCOMP_RET_KILL_PROCESS), ALLOW);

    const struct sock_filter end[] = {
        /* A call that is younger than this list: a C library that knows it also knows kernels without it. */
        EXCEEDS(NEWEST_CALL, 0, 1), FAIL(ENOSYS), END,
    };
    add(program, end, sizeof end / sizeof *end);
}

static char process_name[16];

static size_t put(char *line, size_t at, const char *text) {
    while (*text && at < 120) line[at++] = *text++;
    return at;
}

static const char *name_of(int number) {
    const struct call *lists[] = {allowed_calls, checked_calls, known_calls};
    for (size_t list = 0; list < 3; list++)
        for (const struct call *call = lists[list]; call->name; call++)
            if (call->number == number) return call->name;
    return "no name here";
}

/* Only what signal-safety(7) allows. */
static void tell_and_end(int signal, siginfo_t *info, void *context) {
    (void)context;
    char line[160], digits[12];
    int number = info->si_syscall, rest = number < 0 ? 0 : number, place = sizeof digits - 1;
    digits[place] = 0;
    do digits[--place] = (char)('0' + rest % 10); while ((rest /= 10) > 0 && place > 0);
    size_t length = put(line, 0, "\npostern ");
    length = put(line, length, process_name);
    length = put(line, length, ": system call ");
    length = put(line, length, digits + place);
    length = put(line, length, " (");
    length = put(line, length, name_of(number));
    length = put(line, length, ") is not allowed; ended\n");
    if (info->si_code == 1 /* SYS_SECCOMP */) (void)!write(2, line, length);
    /* The filter ends the process at this, whatever it does with the signal: the status says SIGSYS. */
    syscall(__NR_rt_sigaction, signal, NULL, NULL, 8);
    _exit(70);
}

int unix_seccomp_is_available(void) {
    uint32_t action = SECCOMP_RET_TRAP;
    return syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int unix_seccomp_enforce(enum unix_seccomp_role role, const char *name) {
    static struct program program;
    program.length = 0;
    add_rules(&program, role);
    strncpy(process_name, name, sizeof process_name - 1);
    struct sigaction handler = {.sa_sigaction = tell_and_end, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&handler.sa_mask);
    if (sigaction(SIGSYS, &handler, NULL) != 0) return -1;
    sigset_t sys;
    sigemptyset(&sys);
    sigaddset(&sys, SIGSYS);
    if (sigprocmask(SIG_UNBLOCK, &sys, NULL) != 0) return -1;
    struct sock_fprog filter = {.len = program.length, .filter = program.code};
    /* A thread that cannot be brought under the filter is named by its number. */
    long result = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
    if (result > 0) errno = ESRCH;
    return result == 0 ? 0 : -1;
}
