#include "CUnix.h"

/* Package.swift gives it, so that no file of the tree has to change with each commit. */
#ifndef POSTERN_COMMIT
#define POSTERN_COMMIT "unknown"
#endif

const char *unix_build_commit(void) { return POSTERN_COMMIT; }
