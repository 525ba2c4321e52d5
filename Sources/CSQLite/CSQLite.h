#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

/// SQLITE_TRANSIENT, a cast of -1 that Swift cannot import: SQLite copies the value before it returns.
static inline sqlite3_destructor_type csqlite_copied(void) {
    return SQLITE_TRANSIENT;
}

/// Switches SQLite's own memory statistics off: `sqlite3_config` is variadic, which Swift cannot call. It works only before the
/// first connection; later it changes nothing and returns SQLITE_MISUSE.
static inline int csqlite_forgo_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// Refuses a word in double quotes that names no column, which SQLite would otherwise take for a text. Variadic as well.
static inline int csqlite_refuse_double_quoted_text(sqlite3 *connection) {
    int schema = sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    int statements = sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
    return schema != SQLITE_OK ? schema : statements;
}

#endif
