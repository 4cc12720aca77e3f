// The door to the system's SQLite: its own header, and the one call that Swift can't import (it is variadic).
#pragma once
#include <sqlite3.h>

// Memory statistics cost a process-wide lock in every allocation of the library. Must run before the first connection opens.
static inline int csqlite_disable_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
