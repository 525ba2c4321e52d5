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

/// Takes from the schema of a file that somebody may have written what we do not use: triggers, functions with side effects in
/// views and defaults, extensions, writes to SQLite's own tables; and refuses a word in double quotes that names no column, which
/// SQLite would otherwise take for a text. Variadic as well.
static inline int csqlite_distrust_schema(sqlite3 *connection) {
    static const int off[] = {
        SQLITE_DBCONFIG_TRUSTED_SCHEMA,        SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
        SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, SQLITE_DBCONFIG_DQS_DDL,        SQLITE_DBCONFIG_DQS_DML,
        SQLITE_DBCONFIG_WRITABLE_SCHEMA,
    };
    int code = sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
    for (unsigned i = 0; i < sizeof off / sizeof *off && code == SQLITE_OK; i++) {
        code = sqlite3_db_config(connection, off[i], 0, (int *)0);
    }
    return code;
}

#endif
