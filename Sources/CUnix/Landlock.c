#define _GNU_SOURCE
#include "Cage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Numbers and structures are written out, since the headers of a build machine may be older than the kernel that it runs on later
   (linux/landlock.h; the calls have these numbers everywhere). */
#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446

enum {
    execute = 1 << 0, write_file = 1 << 1, read_file = 1 << 2, read_folder = 1 << 3, remove_folder = 1 << 4, remove_file = 1 << 5,
    make_character_device = 1 << 6, make_folder = 1 << 7, make_regular = 1 << 8, make_socket = 1 << 9, make_fifo = 1 << 10,
    make_block_device = 1 << 11, make_link = 1 << 12, refer = 1 << 13, shorten = 1 << 14, device_control = 1 << 15,
    of_files = execute | write_file | read_file | shorten | device_control,
    bind_tcp = 1 << 0, connect_tcp = 1 << 1,
    abstract_sockets = 1 << 0, signals = 1 << 1,
};

struct rules { uint64_t files, ports, scoped; };
struct __attribute__((packed)) path_rule { uint64_t allowed; int32_t folder; };
struct port_rule { uint64_t allowed, port; };

int unix_landlock_version(void) {
    long version = syscall(CREATE_RULESET, NULL, 0, 1);
    return version > 0 ? (int)version : 0;
}

static uint64_t files_of(int version) {
    uint64_t files = make_link * 2 - 1;
    if (version >= 2) files |= refer;
    if (version >= 3) files |= shorten;
    if (version >= 5) files |= device_control;
    return files;
}

int unix_landlock_begin(void) {
    int version = unix_landlock_version();
    struct rules rules = {
        .files = files_of(version), .ports = version >= 4 ? bind_tcp | connect_tcp : 0,
        .scoped = version >= 6 ? abstract_sockets | signals : 0,
    };
    return (int)syscall(CREATE_RULESET, &rules, sizeof rules, 0);
}

int unix_landlock_allow(int rules, const char *path, int rights) {
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
    uint64_t allowed = 0;
    if (rights & unix_landlock_read) allowed |= read_file | read_folder;
    if (rights & unix_landlock_write) allowed |= write_file | remove_file | make_regular | shorten;
    if (rights & unix_landlock_socket) allowed |= make_socket | remove_file;
    struct stat status;
    if (fstat(place, &status) == 0 && !S_ISDIR(status.st_mode)) allowed &= of_files;
    struct path_rule rule = {.allowed = allowed & files_of(unix_landlock_version()), .folder = place};
    int result = (int)syscall(ADD_RULE, rules, 1, &rule, 0), reason = errno;
    close(place);
    errno = reason;
    return result;
}

int unix_landlock_allow_port(int rules, uint16_t port, int is_to_connect) {
    if (unix_landlock_version() < 4) return 0;
    struct port_rule rule = {.allowed = is_to_connect ? connect_tcp : bind_tcp, .port = port};
    return (int)syscall(ADD_RULE, rules, 2, &rule, 0);
}

int unix_landlock_enforce(int rules) {
    int result = (int)syscall(RESTRICT_SELF, rules, 0), reason = errno;
    close(rules);
    errno = reason;
    return result;
}

int unix_forbid_new_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int unix_drop_bounding_set(void) {
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return errno == EPERM ? 0 : -1;
    return 0;
}

int unix_drop_capabilities(void) {
    /* Kernels before 4.3 have no ambient set. */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) return -1;
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    return (int)syscall(SYS_capset, &head, none);
}
