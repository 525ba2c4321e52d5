package import PosternCore
internal import PosternSealing
package import PosternStore

/// The credentials of sites for the API. The vault makes them; here is what shows that one is genuine and not revoked.
package struct SiteTokenOperations: Sendable {
    package enum Fault: OperationFault {
        case unknown(SiteTokenID)

        package var description: String {
            switch self {
            case .unknown(let id): "there is no token \(id), or it is revoked already"
            }
        }

        package var remedy: String? { "See postern token list --site ID." }
    }

    let operations: Operations

    /// Keeps the digest of a token that the vault has made.
    /// - Throws: `SiteOperations.Fault.unknown`, or what the store throws.
    package func add(_ token: SiteToken, of site: SiteID, scope: SiteToken.Scope) async throws {
        try await add(token.id, digest: token.digest, of: site, scope: scope)
    }

    /// - Parameter digest: `SiteToken.digest`.
    package func add(_ id: SiteTokenID, digest: [UInt8], of site: SiteID, scope: SiteToken.Scope) async throws {
        let record = operations.trace(.addSiteToken, "\(site): \(id)")
        try await operations.write(record) { transaction in
            guard try transaction.sites.find(site) != nil else { throw SiteOperations.Fault.unknown(site) }
            try transaction.siteTokens.add(id, of: site, scope: scope, digest: digest, at: record.at)
        }
    }

    /// - Throws: `SiteOperations.Fault.unknown`, or what the store throws.
    package func list(at site: SiteID) async throws -> [SiteTokenLine] {
        _ = try await operations.sites.find(site)
        return try await operations.store.read { try $0.siteTokens.list(at: site) }
    }

    /// - Throws: `Fault.unknown`, or what the store throws.
    package func revoke(_ id: SiteTokenID) async throws {
        let record = operations.trace(.revokeSiteToken, "\(id)")
        try await operations.write(record) { transaction in
            guard try transaction.siteTokens.revoke(id, at: record.at) else { throw Fault.unknown(id) }
        }
    }

    package enum Standing: Equatable, Sendable {
        case good
        /// It was never made here, or is revoked.
        case unknown
        /// It is genuine, for another site or for something else.
        case elsewhere
    }

    /// Whether a token that somebody shows is good for this at that site. That it is used is noted, to the hour.
    package func standing(of token: SiteToken, for scope: SiteToken.Scope, at site: SiteID) async throws -> Standing {
        guard let (line, digest) = try await operations.store.read({ try $0.siteTokens.find(token.id) }) else { return .unknown }
        guard ConstantTime.isEqual(digest, token.digest), line.revoked == nil else { return .unknown }
        guard line.site == site, line.scope == scope else { return .elsewhere }
        let now = operations.now()
        if line.used.map({ now.since($0) >= .hours(1) }) ?? true {
            try await operations.store.write { try $0.siteTokens.noteUse(of: token.id, at: now) }
        }
        return .good
    }

    package func isGood(_ token: SiteToken, for scope: SiteToken.Scope, at site: SiteID) async throws -> Bool {
        try await standing(of: token, for: scope, at: site) == .good
    }
}

extension Operations {
    package var siteTokens: SiteTokenOperations { SiteTokenOperations(operations: self) }
}
