package import PosternCore
package import PosternStore

/// The other names that sites have for their recipients.
extension RecipientOperations {
    /// Adds all of them or none.
    /// - Returns: how many are new.
    /// - Throws: `Fault`, `SiteOperations.Fault.unknown`, or what the store throws.
    package func add(_ aliases: [HandleAlias], to handle: Handle, at site: SiteID) async throws -> Int {
        let recipient = try await find(handle, at: site)
        guard recipient.state != .erased else { throw Fault.erasedOwner(handle, site) }
        let record = operations.trace(.addAlias, "\(site)/\(handle)")
        return try await operations.write(record) { transaction in
            var added = 0
            for alias in aliases {
                switch try transaction.aliases.add(alias, for: recipient, at: record.at) {
                case .added: added += 1
                case .known: break
                case .taken(let owner): throw Fault.takenAlias(alias, site, by: owner)
                }
            }
            return added
        }
    }

    /// - Throws: `Fault`, `SiteOperations.Fault.unknown`, or what the store throws.
    package func remove(_ alias: HandleAlias, of handle: Handle, at site: SiteID) async throws {
        let recipient = try await find(handle, at: site)
        let record = operations.trace(.removeAlias, "\(site)/\(handle)")
        try await operations.write(record, isErasing: true) { transaction in
            guard try transaction.aliases.find(alias.key, at: site)?.id == recipient.id else {
                throw Fault.unknownAlias(alias, site)
            }
            _ = try transaction.aliases.remove(alias, at: site)
        }
    }

    /// - Parameters:
    ///   - handle: whose; nil for all of the site, in pages.
    ///   - after: the key of the last one of the page before.
    /// - Throws: `Fault.unknown`, `SiteOperations.Fault.unknown`, or what the store throws.
    package func aliases(at site: SiteID, of handle: Handle?, after: String?, limit: Int) async throws -> [Aliases.Line] {
        if let handle {
            let recipient = try await find(handle, at: site)
            return try await operations.store.read { try $0.aliases.list(of: recipient.id) }
        }
        _ = try await operations.sites.find(site)
        return try await operations.store.read { try $0.aliases.list(at: site, after: after, limit: limit) }
    }
}
