package import PosternCore

/// A real write that changes nothing of use: it tells `/ready` whether letters could be kept.
package struct WriteProbe {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

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

extension Transaction {
    package var writeProbe: WriteProbe { WriteProbe(self) }
}
