package import PosternCore

/// When recurring work was last done: what the privacy statement says of it must be true.
package struct MaintenanceRecord {
    package enum Name: String, Sendable, CaseIterable, StoredAs {
        /// Rows whose time was over were removed.
        case purge
        /// A backup of the store was begun. The copy has it too: it says of which moment the copy is.
        case backup
    }

    let transaction: any Transaction

    package func note(_ chore: Name, at now: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO maintenance_record (name, done_at)
            VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE
            SET done_at = excluded.done_at
            """,
            [chore.stored, now.stored])
    }

    package func last(_ chore: Name) throws -> Timestamp? {
        try transaction.row(
            """
            SELECT done_at
            FROM maintenance_record
            WHERE name = ?
            """,
            [chore.stored]
        ).map { try $0["done_at"] }
    }
}

/// A real write that changes nothing of use: it tells `/ready` whether letters could be kept.
package struct WriteProbe {
    let transaction: any Transaction

    package func touch(at now: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO write_probe (id, at)
            VALUES (1, ?)
            ON CONFLICT (id) DO UPDATE
            SET at = excluded.at
            """,
            [now.stored])
    }
}
