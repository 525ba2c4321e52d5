#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

/// SQLITE_TRANSIENT, a cast of -1 that Swift cannot import: SQLite takes a copy of the value before it returns.
static inline sqlite3_destructor_type csqlite_copied(void) {
    return SQLITE_TRANSIENT;
}

#endif
