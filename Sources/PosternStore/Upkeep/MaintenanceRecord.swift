package import PosternCore

/// When recurring work was done last: what the privacy statement says of it must be so.
package struct MaintenanceRecord {
    package enum Name: String, Sendable, CaseIterable, Storable {
        /// Rows whose time was over were removed.
        case purge
    }

    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

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

extension Transaction {
    package var maintenance: MaintenanceRecord { MaintenanceRecord(self) }
}
