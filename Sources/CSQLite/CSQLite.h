#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

/// SQLITE_TRANSIENT, a cast of -1 that Swift cannot import: SQLite takes a copy of the value before it returns.
static inline sqlite3_destructor_type csqlite_copied(void) {
    return SQLITE_TRANSIENT;
}

/// Switches SQLite's own account of its memory off: `sqlite3_config` is variadic, which Swift cannot call. Only before the first
/// connection; later it changes nothing and returns SQLITE_MISUSE.
static inline int csqlite_forgo_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

#endif
