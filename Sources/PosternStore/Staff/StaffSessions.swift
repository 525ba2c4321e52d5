package import PosternCore

/// A member of staff who is signed in, as the store has them.
package struct StaffSession: Equatable, Sendable {
    /// Of the cookie, 16 bytes.
    package let digest: [UInt8]
    package let account: StaffAccountID
    /// Of the network from which it began: a tag of that day.
    package let network: Tag?
    package let made: Timestamp
    /// When it was used last, to the minute.
    package let seen: Timestamp
    package let ends: Timestamp

    package init(
        digest: [UInt8], account: StaffAccountID, network: Tag?, made: Timestamp, seen: Timestamp, ends: Timestamp
    ) {
        self.digest = digest
        self.account = account
        self.network = network
        self.made = made
        self.seen = seen
        self.ends = ends
    }
}

/// The sessions of staff. One that was idle for too long, or has lasted too long, is none.
package struct StaffSessions {
    let transaction: any Transaction

    package func begin(_ session: StaffSession) throws {
        try transaction.run(
            """
            INSERT INTO staff_session (digest, account, network, made_at, seen_at, ends_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                session.digest.stored, session.account.stored, session.network.stored, session.made.stored, session.seen.stored,
                session.ends.stored,
            ])
    }

    package func find(_ digest: [UInt8], at now: Timestamp) throws -> StaffSession? {
        try transaction.row(
            """
            SELECT digest, account, network, made_at, seen_at, ends_at
            FROM staff_session
            WHERE digest = ? AND ends_at > ? AND seen_at > ?
            """,
            [digest.stored, now.stored, (now - StaffSessionTimes.idle).stored]
        ).map(StaffSession.init)
    }

    package func noteUse(of digest: [UInt8], at now: Timestamp) throws {
        try transaction.run(
            """
            UPDATE staff_session
            SET seen_at = ?
            WHERE digest = ?
            """,
            [now.stored, digest.stored])
    }

    /// - Parameter account: nil for everybody's. The newest first.
    package func list(of account: StaffAccountID?, at now: Timestamp) throws -> [StaffSession] {
        try transaction.rows(
            """
            SELECT digest, account, network, made_at, seen_at, ends_at
            FROM staff_session
            WHERE ends_at > ? AND seen_at > ?
            ORDER BY made_at DESC, digest
            LIMIT 1000
            """,
            [now.stored, (now - StaffSessionTimes.idle).stored]
        ).map(StaffSession.init).filter { account == nil || $0.account == account }
    }

    /// - Returns: how many are over now.
    @discardableResult
    package func end(_ digest: [UInt8]) throws -> Int {
        try transaction.run(
            """
            DELETE FROM staff_session
            WHERE digest = ?
            """,
            [digest.stored])
    }

    package func endAll(of account: StaffAccountID) throws {
        try transaction.run(
            """
            DELETE FROM staff_session
            WHERE account = ?
            """,
            [account.stored])
    }

    /// In a store that was restored: nobody knows what was done in them.
    package func endAll() throws {
        try transaction.run("DELETE FROM staff_session")
    }

    /// Forgets those that are over.
    /// - Returns: how many are gone; call again until there are none.
    package func forget(at now: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM staff_session
            WHERE digest IN (
                SELECT digest
                FROM staff_session
                WHERE ends_at <= ? OR seen_at <= ?
                ORDER BY digest
                LIMIT ?)
            """,
            [now.stored, (now - StaffSessionTimes.idle).stored, limit.stored])
    }
}

extension StaffSession {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            digest: try row["digest"], account: try row["account"], network: try row.optional("network"),
            made: try row["made_at"], seen: try row["seen_at"], ends: try row["ends_at"])
    }
}
