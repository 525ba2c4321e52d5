#ifndef CUNIX_H
#define CUNIX_H

#include "Cage.h"
#include <sys/types.h>

/// Keeps other processes of the same user from reading this one's memory, and the kernel from writing a core file
/// (prctl(2), PR_SET_DUMPABLE; variadic, so Swift cannot call it). Returns 0, or -1 with errno set.
int unix_forbid_dump(void);

/// 0 when the process is not dumpable (PR_GET_DUMPABLE).
int unix_is_dumpable(void);

/// Becomes another user for good: groups first, then the real, effective and saved ids of group and user, in all threads. Reads
/// them all back, and makes sure that root cannot be had again. Returns 0, or -1 with errno set; EPERM when it is not so.
int unix_become(unsigned int user, unsigned int group);

/// What the kernel calls this thread, and this program if it is the first one (PR_SET_NAME); the first 15 bytes of it.
void unix_set_name(const char *name);

/// Signals a process as that user, whom this thread alone becomes for the moment; the caller must be root. Returns 0, or -1 with errno
/// set.
int unix_signal_as(unsigned int user, pid_t process, int signal);

/// Moves a name from one open folder into another, and never over something there (renameat2(2), RENAME_NOREPLACE).
/// Returns 0, or -1 with errno set.
int unix_move(int from, const char *name, int to, const char *other);

/// Starts a program in a session of its own, without a terminal: standard input from /dev/null, standard output and errors into a pipe
/// whose other end is put into `output`, the lifeline as descriptor 3. Signals are as in a program that a shell starts. Returns its
/// number, or -1 with errno set.
pid_t unix_start_child(
    const char *path, char *const arguments[], char *const environment[], int lifeline, int *output);

/// Whether a child has ended; it stays to be reaped by waitpid(2). 1 or 0, or -1 with errno set.
int unix_child_has_ended(pid_t child);

/// Closes every descriptor from `first` on. Returns 0, or -1 with errno set.
int unix_close_from(unsigned first);

/// Sets the largest core file to nothing (RLIMIT_CORE).
int unix_forbid_core(void);

/// How much freed memory at the end of each of malloc's arenas stays with the process (mallopt(3), M_TRIM_THRESHOLD; glibc's
/// own bound of 128 KiB gives it back and faults it in again many times a second under load), and how large a piece has to
/// be to come from the kernel and go back to it by itself (M_MMAP_THRESHOLD, which setting the other would leave at 128 KiB).
void unix_keep_freed_memory(int bytes);

/// Whether the kernel's clock is kept in step (adjtimex(2), which only reads here; its header is in no module of Swift's):
/// 1 or 0; -1 when the kernel does not say.
int unix_clock_is_kept(void);

/// Takes the pages of code, the program's and its libraries', out of this process (madvise(2), MADV_DONTNEED on what
/// dl_iterate_phdr(3) names as executable), and gives back what malloc(3) keeps of freed memory. Code stays in the kernel's cache;
/// what runs again is back at its first use.
void unix_release_memory(void);

/* The commit that the program was built from, with a + where files had been changed since; "unknown" where there was no git. */
const char *unix_build_commit(void);

#endif
