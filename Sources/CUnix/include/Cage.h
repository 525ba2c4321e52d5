#ifndef CAGE_H
#define CAGE_H

#include <stdint.h>

/* What a process gives up before the first byte from outside reaches it. Sources/README.md, "Cages", says why each. */

/// Empties the bounding set (capabilities(7)): no program that is ever started here can have a capability. Only root may; anybody
/// else gets 0 and keeps the set, which no_new_privs makes useless. Before a change of user.
int unix_drop_bounding_set(void);

/// Empties the ambient, permitted, effective and inheritable sets. After the change of user. Returns 0, or -1 with errno set.
int unix_drop_capabilities(void);

/// No program started from here on gains a right by its file (PR_SET_NO_NEW_PRIVS); 0 or -1 with errno set.
int unix_forbid_new_privileges(void);

// MARK: Landlock

/// The version of Landlock that the kernel offers (landlock(7)): 1 and up; 0 when it has none.
int unix_landlock_version(void);

/// What may be done at a path and beneath it.
enum unix_landlock_right {
    unix_landlock_read = 1,
    /// Make, write, shorten, rename and remove regular files.
    unix_landlock_write = 2,
    /// Make and remove sockets.
    unix_landlock_socket = 4,
};

/// A set of rules that allows nothing yet: no file, no TCP port to listen at or to connect to, no signal to other processes, no
/// abstract socket of others; as much of that as this kernel knows. Returns a descriptor, or -1 with errno set.
int unix_landlock_begin(void);

/// Allows something at a path. A path that does not exist is passed over: nothing there can be reached. 0, or -1 with errno set.
int unix_landlock_allow(int rules, const char *path, int rights);

/// Allows listening at a TCP port, or connecting to it. 0, or -1 with errno set. Kernels before 6.7 limit no ports.
int unix_landlock_allow_port(int rules, uint16_t port, int is_to_connect);

/// Puts this thread, and each that it starts, under the rules, and closes them. 0, or -1 with errno set.
int unix_landlock_enforce(int rules);

// MARK: System calls

enum unix_seccomp_role { unix_seccomp_relay = 1, unix_seccomp_vault = 2 };

/// Whether the kernel can filter system calls (seccomp(2)).
int unix_seccomp_is_available(void);

/// Limits every thread of this process to the system calls that its role needs. Any other one ends the process, after the line
/// "postern NAME: system call NUMBER (NAME) is not allowed; ended" at standard error. 0, or -1 with errno set.
int unix_seccomp_enforce(enum unix_seccomp_role role, const char *name);

#endif
