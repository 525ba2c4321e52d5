package import PosternCore

/// The session of a member of staff, as stored.
package struct StaffSession: Equatable, Sendable {
    /// The digest of the cookie, 16 bytes.
    package let digest: [UInt8]
    package let account: StaffAccountID
    /// The tag, on that day, of the network in which the session began.
    package let network: Tag?
    package let made: Timestamp
    /// When the session was last used, to the minute.
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

/// The sessions of staff. A session that has been idle or has lasted for too long is treated as if it did not exist.
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

    /// The sessions that are open, newest first.
    /// - Parameter account: nil for the sessions of everybody.
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

    /// - Returns: how many sessions were ended.
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

    /// Ends all sessions. A restored store does so, since nobody knows what was done in them after the backup.
    package func endAll() throws {
        try transaction.run("DELETE FROM staff_session")
    }

    /// Deletes the sessions that are over.
    /// - Returns: how many were deleted. Call again until it is 0.
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
