package import PosternCore

/// What accepted letters were counted under, so that a restart does not reset the limits. Kept as long as any limit looks back.
package struct LimitRecords {
    let transaction: any Transaction

    /// A limit looks back a day at most, and its digests are those of two days.
    package static let lifetime = Duration.days(2)

    func add(_ record: LimitRecord, for letter: LetterID) throws {
        guard !record.keys.isEmpty else { return }
        try transaction.run(
            """
            INSERT INTO limit_mark (id, epoch, keys)
            VALUES (?, ?, ?)
            """,
            [letter.stored, record.epoch.stored, record.stored.stored])
    }

    /// - Returns: the records after `after`, in the order in which their letters came.
    package func list(after: LetterID, limit: Int) throws -> [(id: LetterID, record: LimitRecord)] {
        try transaction.rows(
            """
            SELECT id, epoch, keys
            FROM limit_mark
            WHERE id > ?
            ORDER BY id
            LIMIT ?
            """,
            [after.stored, limit.stored]
        ).map { row in
            guard let record = LimitRecord(epoch: try row["epoch"], stored: try row["keys"]) else {
                throw StoreError.undecodable(column: "keys")
            }
            return (try row["id"], record)
        }
    }

    /// - Returns: how many were removed.
    package func forget(before moment: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM limit_mark
            WHERE id IN (
                SELECT id
                FROM limit_mark
                WHERE id < ?
                ORDER BY id
                LIMIT ?)
            """,
            [LetterID.floor(of: moment).stored, limit.stored])
    }
}

extension LimitRecord {
    /// For each key: its scope, today's sixteen bytes, and tomorrow's where they differ; zeros where tomorrow's was not known.
    fileprivate var stored: [UInt8] {
        var writer = ByteWriter(capacity: keys.count * 33)
        for key in keys {
            writer.write(key.today.scope.rawValue)
            writer.write(key.today.high)
            writer.write(key.today.low)
            guard key.today.scope.changesDaily else { continue }
            writer.write(key.tomorrow?.high ?? 0)
            writer.write(key.tomorrow?.low ?? 0)
        }
        return writer.bytes
    }

    fileprivate init?(epoch: Epoch, stored: [UInt8]) {
        var reader = ByteReader(stored, limit: 16)
        var keys: [DatedLimitKey] = []
        do {
            while reader.remaining > 0 {
                guard let scope = LimitScope(rawValue: try reader.number()) else { return nil }
                let today = LimitKey(scope, high: try reader.number(), low: try reader.number())
                guard scope.changesDaily else {
                    keys.append(DatedLimitKey(lasting: today))
                    continue
                }
                let tomorrow = LimitKey(scope, high: try reader.number(), low: try reader.number())
                keys.append(DatedLimitKey(today: today, tomorrow: tomorrow.high | tomorrow.low == 0 ? nil : tomorrow))
            }
        } catch {
            return nil
        }
        self.init(epoch: epoch, keys: keys)
    }
}
