package import PosternCore

/// A real write that changes nothing of use: whoever asks `/ready` learns whether letters could be kept.
package struct Pulse {
    private let session: any Session

    package init(_ session: any Session) {
        self.session = session
    }

    package func touch(at now: Timestamp) throws {
        try session.run(
            """
            INSERT INTO pulse (id, at)
            VALUES (1, ?)
            ON CONFLICT (id) DO UPDATE
            SET at = excluded.at
            """,
            [now.stored])
    }
}

extension Session {
    package var pulse: Pulse { Pulse(self) }
}
