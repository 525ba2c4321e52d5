package import PosternCore
package import PosternStore

/// Who may use the staff's pages. The vault makes their links and checks their secrets; here is who there is.
package struct StaffOperations: Sendable {
    package enum Fault: OperationFault {
        case taken(StaffName)
        case unknown(StaffName)
        /// Locked out here, and not in the vault.
        case unheard(StaffName)

        package var description: String {
            switch self {
            case .taken(let name): "there is already a member of staff called \(name)"
            case .unknown(let name): "there is no member of staff called \(name)"
            case .unheard(let name):
                "\(name) is signed out here, but the vault has not heard of it: what they signed in with would count again if "
                    + "somebody put it back into the store"
            }
        }

        package var remedy: String? {
            switch self {
            case .taken(let name): "For a new link: postern staff reset \(name)"
            case .unknown: "See postern staff list."
            case .unheard(let name): "Once the vault answers: postern staff reset \(name)"
            }
        }
    }

    let operations: Operations

    /// - Throws: `Fault.taken`, or what the store throws.
    package func add(_ name: StaffName, _ role: StaffRole) async throws {
        let record = operations.trace(.addStaff, "\(name): \(role.rawValue)")
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
    package func reset(_ name: StaffName) async throws {
        let record = operations.trace(.resetStaff, "\(name)")
        try await operations.write(record) { transaction in
            guard let account = try transaction.staffAccounts.find(name) else { throw Fault.unknown(name) }
            _ = try transaction.staffAccounts.keep(nil, of: account.id, at: record.at)
            try transaction.staffSessions.endAll(of: account.id)
        }
    }

    /// - Throws: `Fault.unknown`, or what the store throws.
    package func remove(_ name: StaffName) async throws {
        let record = operations.trace(.removeStaff, "\(name)")
        try await operations.write(record) { transaction in
            guard let account = try transaction.staffAccounts.find(name) else { throw Fault.unknown(name) }
            try transaction.staffSessions.endAll(of: account.id)
            try transaction.staffAccounts.remove(account.id)
        }
    }
}
