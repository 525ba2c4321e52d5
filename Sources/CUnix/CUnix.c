#define _GNU_SOURCE
#include "CUnix.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

int unix_forbid_dump(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int unix_is_dumpable(void) {
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

int unix_process_handle(int process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}

int unix_signal_process(int handle, int number) {
    return (int)syscall(SYS_pidfd_send_signal, handle, number, NULL, 0);
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

void unix_release_code(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(release_part, &page);
}
