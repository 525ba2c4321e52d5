/*
 * Keeps a preloaded library in the programs that its own program becomes or starts. The programs under test clean the environment that
 * they run in, LD_PRELOAD with it, and start their children in a clean one; a test's library puts back what it needs. That gives it no
 * right that it has not had already: it runs inside the program before the program's first line.
 */
#ifndef CARRIED_H
#define CARRIED_H

#include <dlfcn.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CARRIED_MAX 8
#define ENVIRONMENT_MAX 512

static char *carried[CARRIED_MAX];

/* Call it once for each name, in the constructor. */
static void carry(const char *name)
{
    const char *value = getenv(name);
    for (int i = 0; value && i < CARRIED_MAX; i++) {
        if (carried[i]) continue;
        carried[i] = malloc(strlen(name) + strlen(value) + 2);
        if (carried[i]) strcat(strcat(strcpy(carried[i], name), "="), value);
        return;
    }
}

/* The environment with what is carried and not in it. */
static char *const *with_carried(char *const *given, char **room)
{
    int count = 0;
    while (given && given[count] && count < ENVIRONMENT_MAX - CARRIED_MAX - 1) {
        room[count] = given[count];
        count++;
    }
    int own = count;
    for (int i = 0; i < CARRIED_MAX && carried[i]; i++) {
        size_t length = strcspn(carried[i], "=") + 1;
        int is_there = 0;
        for (int j = 0; j < own; j++) is_there |= strncmp(room[j], carried[i], length) == 0;
        if (!is_there) room[count++] = carried[i];
    }
    room[count] = NULL;
    return room;
}

int execve(const char *path, char *const arguments[], char *const environment[])
{
    char *room[ENVIRONMENT_MAX];
    int (*next)(const char *, char *const *, char *const *) = dlsym(RTLD_NEXT, "execve");
    return next(path, arguments, with_carried(environment, room));
}

int posix_spawn(
    pid_t *restrict child, const char *restrict path, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *restrict attributes, char *const arguments[restrict], char *const environment[restrict])
{
    char *room[ENVIRONMENT_MAX];
    int (*next)(
        pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *, char *const *) =
        dlsym(RTLD_NEXT, "posix_spawn");
    return next(child, path, actions, attributes, arguments, with_carried(environment, room));
}

#endif
