package import PosternCore

/// The account of somebody who may use the staff pages, as stored.
package struct StaffAccount: Equatable, Sendable {
    package let id: StaffAccountID
    package let name: StaffName
    package let role: StaffRole
    /// Nil until they have chosen how to sign in.
    package let record: StaffRecord?
    package let made: Timestamp
    package let enrolled: Timestamp?
}

package struct StaffAccountRows {
    let transaction: any Transaction

    /// - Returns: false if the name is taken.
    package func add(_ id: StaffAccountID, _ name: StaffName, _ role: StaffRole, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            INSERT INTO staff_account (id, name, role, made_at)
            VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [id.stored, name.stored, role.stored, now.stored]) == 1
    }

    package func find(_ name: StaffName) throws -> StaffAccount? {
        try transaction.row(
            """
            SELECT id, name, role, version, record, made_at, enrolled_at
            FROM staff_account
            WHERE name = ?
            """,
            [name.stored]
        ).map(StaffAccount.init)
    }

    package func find(_ id: StaffAccountID) throws -> StaffAccount? {
        try transaction.row(
            """
            SELECT id, name, role, version, record, made_at, enrolled_at
            FROM staff_account
            WHERE id = ?
            """,
            [id.stored]
        ).map(StaffAccount.init)
    }

    package func list() throws -> [StaffAccount] {
        try transaction.rows(
            """
            SELECT id, name, role, version, record, made_at, enrolled_at
            FROM staff_account
            ORDER BY name
            """
        ).map(StaffAccount.init)
    }

    /// Whether there are no accounts yet.
    package func isEmpty() throws -> Bool {
        try transaction.row(
            """
            SELECT id
            FROM staff_account
            LIMIT 1
            """) == nil
    }

    /// - Parameter record: nil if they must choose again how to sign in.
    /// - Returns: false if there is no account with that id.
    package func keep(_ record: StaffRecord?, of id: StaffAccountID, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            UPDATE staff_account
            SET version = ?, record = ?, enrolled_at = ?
            WHERE id = ?
            """,
            [
                (record?.version).stored, (record?.seal).stored, (record == nil ? nil : now).stored, id.stored,
            ]) == 1
    }

    /// Gives somebody another role. They must choose again how to sign in.
    /// - Returns: false if there is no account with that id.
    package func move(_ id: StaffAccountID, to role: StaffRole) throws -> Bool {
        try transaction.run(
            """
            UPDATE staff_account
            SET role = ?, version = NULL, record = NULL, enrolled_at = NULL
            WHERE id = ?
            """,
            [role.stored, id.stored]) == 1
    }

    /// Whether keyboard shortcuts are on for somebody; they are unless switched off.
    package func hasKeys(_ id: StaffAccountID) throws -> Bool {
        try transaction.row(
            """
            SELECT has_keys
            FROM staff_preference
            WHERE account = ?
            """,
            [id.stored]
        ).map { try $0["has_keys"] as Int == 1 } ?? true
    }

    package func setKeys(_ hasKeys: Bool, of id: StaffAccountID) throws {
        try transaction.run(
            """
            INSERT INTO staff_preference (account, has_keys)
            VALUES (?, ?)
            ON CONFLICT (account) DO UPDATE
            SET has_keys = excluded.has_keys
            """,
            [id.stored, (hasKeys ? 1 : 0).stored])
    }

    package func remove(_ id: StaffAccountID) throws {
        try transaction.run(
            """
            DELETE FROM staff_preference
            WHERE account = ?
            """,
            [id.stored])
        try transaction.run(
            """
            DELETE FROM staff_account
            WHERE id = ?
            """,
            [id.stored])
    }
}

extension StaffAccount {
    fileprivate init(_ row: SQLRow) throws {
        let version: Int32? = try row.optional("version")
        let seal: [UInt8]? = try row.optional("record")
        self.init(
            id: try row["id"], name: try row["name"], role: try row["role"],
            record: version.flatMap { version in seal.map { StaffRecord(version: version, seal: $0) } },
            made: try row["made_at"], enrolled: try row.optional("enrolled_at"))
    }
}
