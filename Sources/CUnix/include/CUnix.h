#ifndef CUNIX_H
#define CUNIX_H

/// Keeps other processes of the same user from reading this one's memory, and the kernel from writing a core file
/// (prctl(2), PR_SET_DUMPABLE; variadic, so Swift cannot call it). Returns 0, or -1 with errno set.
int unix_forbid_dump(void);

/// 0 when the process is not dumpable (PR_GET_DUMPABLE).
int unix_is_dumpable(void);

/// A file descriptor that stands for a process (pidfd_open(2), Linux 5.3; glibc has no function for it before 2.36). It is closed
/// in programs that this one starts. Returns -1 with errno set when there is no such process or no such system call.
int unix_process_handle(int process);

/// Signals the process that a handle stands for, and never another one (pidfd_send_signal(2)).
/// Returns 0, or -1 with errno set; ESRCH when the process has ended.
int unix_signal_process(int handle, int number);

/// How much freed memory at the end of each of malloc's arenas stays with the process (mallopt(3), M_TRIM_THRESHOLD; glibc's
/// own bound of 128 KiB gives it back and faults it in again many times a second under load), and how large a piece has to
/// be to come from the kernel and go back to it by itself (M_MMAP_THRESHOLD, which setting the other would leave at 128 KiB).
void unix_keep_freed_memory(int bytes);

/// Whether the kernel's clock is kept in step (adjtimex(2), which only reads here; its header is in no module of Swift's):
/// 1 or 0; -1 when the kernel does not say.
int unix_clock_is_kept(void);

/// Takes the pages of code, the program's and its libraries', out of this process (madvise(2), MADV_DONTNEED on what
/// dl_iterate_phdr(3) names as executable). They stay in the kernel's cache; what runs again is back at its first use.
void unix_release_code(void);

#endif
