package import PosternCore
package import PosternStore

/// Who may use the staff's pages. The vault makes their links and checks their secrets; here is who there is.
package struct StaffOperations: Sendable {
    package enum Fault: OperationFault {
        case taken(StaffName)
        case unknown(StaffName)
        /// Locked out here, and not in the vault.
        case unheard(StaffName)
        /// Done in the vault, and not here.
        case unkept(StaffName)
        case changedMeanwhile(StaffName)

        package var description: String {
            switch self {
            case .taken(let name): "there is already a member of staff called \(name)"
            case .unknown(let name): "there is no member of staff called \(name)"
            case .unheard(let name):
                "\(name) is signed out here, but the vault has not heard of it: what they signed in with would count again if "
                    + "somebody put it back into the store"
            case .unkept(let name):
                "the vault has done this for \(name), but the store has not kept it: until it does, \(name) cannot sign in, and no "
                    + "link that was made for it works"
            case .changedMeanwhile(let name): "the account of \(name) was changed by somebody else just now; it was left as it is"
            }
        }

        package var remedy: String? {
            switch self {
            case .taken(let name): "For a new link: postern staff reset \(name)"
            case .unknown: "See postern staff list."
            case .unheard(let name): "Once the vault answers: postern staff reset \(name)"
            case .unkept: "Make the change once more."
            case .changedMeanwhile: "Look at it again, and make the change once more if it is still wanted."
            }
        }
    }

    let operations: Operations

    /// - Throws: `Fault.taken`, or what the store throws.
    package func add(_ name: StaffName, _ role: StaffRole, because reason: String? = nil) async throws {
        let record = operations.trace(.addStaff, "\(name): \(role.rawValue)", because: reason)
        var randomness = operations.randomness
        let id = StaffAccountID(at: record.at, using: &randomness)
        try await operations.write(record) { transaction in
            guard try transaction.staffAccounts.add(id, name, role, at: record.at) else { throw Fault.taken(name) }
        }
    }

    package func list() async throws -> [StaffAccount] {
        try await operations.store.read { try $0.staffAccounts.list() }
    }

    /// - Throws: `Fault.unknown`, or what the store throws.
    package func find(_ name: StaffName) async throws -> StaffAccount {
        guard let account = try await operations.store.read({ try $0.staffAccounts.find(name) }) else {
            throw Fault.unknown(name)
        }
        return account
    }

    /// Forgets how somebody signs in, and signs them out. The vault makes them a new link.
    /// - Throws: `Fault.unknown`, or what the store throws.
    package func reset(_ name: StaffName, because reason: String? = nil) async throws {
        let record = operations.trace(.resetStaff, "\(name)", because: reason)
        try await operations.write(record) { transaction in
            guard let account = try transaction.staffAccounts.find(name) else { throw Fault.unknown(name) }
            _ = try transaction.staffAccounts.keep(nil, of: account.id, at: record.at)
            try transaction.staffSessions.endAll(of: account.id)
        }
    }

    /// Gives somebody another role, forgets how they sign in, and signs them out. The vault makes them a new link.
    /// - Throws: `Fault.unknown`, or what the store throws.
    package func move(_ name: StaffName, to role: StaffRole, because reason: String? = nil) async throws {
        let record = operations.trace(.moveStaff, "\(name): \(role.rawValue)", because: reason)
        try await operations.write(record) { transaction in
            guard let account = try transaction.staffAccounts.find(name), try transaction.staffAccounts.move(account.id, to: role)
            else { throw Fault.unknown(name) }
            try transaction.staffSessions.endAll(of: account.id)
        }
    }

    /// - Throws: `Fault.unknown`, or what the store throws.
    package func remove(_ name: StaffName, because reason: String? = nil) async throws {
        let record = operations.trace(.removeStaff, "\(name)", because: reason)
        try await operations.write(record) { transaction in
            guard let account = try transaction.staffAccounts.find(name) else { throw Fault.unknown(name) }
            try transaction.staffSessions.endAll(of: account.id)
            try transaction.staffAccounts.remove(account.id)
        }
    }
}
