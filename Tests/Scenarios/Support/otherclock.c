/*
 * Gives a program another time of day. Clocks that cannot be set (CLOCK_MONOTONIC, CLOCK_BOOTTIME), by which programs sleep,
 * stay as they are, just as when the clock of a machine is set. Preloaded into the program (LD_PRELOAD). FakeClock.swift writes
 * the file that it reads.
 *
 *   OTHERCLOCK_OFFSET   a file of one int64_t, the seconds to add; read again each time, so that the clock can jump meanwhile
 *
 * Covered: clock_gettime, gettimeofday, time, timespec_get. Not covered: the times of files, and timers set to a time of day.
 */
#define _GNU_SOURCE
#include "carried.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

static const volatile int64_t *offset;

__attribute__((constructor)) static void begin(void)
{
    carry("LD_PRELOAD");
    carry("OTHERCLOCK_OFFSET");
    const char *path = getenv("OTHERCLOCK_OFFSET");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *there = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
        close(file);
        if (there != MAP_FAILED) {
            offset = there;
            return;
        }
    }
    /* With the real time the test would prove nothing, and nobody would notice. */
    static const char what[] = "otherclock: OTHERCLOCK_OFFSET names no file that can be read\n";
    syscall(SYS_write, 2, what, sizeof what - 1);
    _exit(97);
}

int clock_gettime(clockid_t clock, struct timespec *moment)
{
    int ended = (int)syscall(SYS_clock_gettime, clock, moment);
    if (ended == 0 && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) moment->tv_sec += *offset;
    return ended;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone)
{
    int ended = (int)syscall(SYS_gettimeofday, moment, zone);
    if (ended == 0 && offset) moment->tv_sec += *offset;
    return ended;
}

time_t time(time_t *moment)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    if (moment) *moment = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *moment, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, moment) == 0 ? base : 0;
}
