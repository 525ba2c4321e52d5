package import PosternCore
internal import PosternSealing
package import PosternStore

/// Links with which one person may join.
package struct InvitationOperations: Sendable {
    let operations: Operations

    /// - Parameter handle: the name that it is for; nil for any.
    /// - Returns: what stands in the link, which is shown once.
    /// - Throws: `SiteOperations.Fault.unknown`, or what the store throws.
    package func invite(to site: SiteID, as handle: Handle? = nil) async throws -> LinkToken {
        try await invite(to: site, as: handle, count: 1, lasting: Invitations.lifetime)[0].token
    }

    /// All of them or none.
    /// - Throws: as `invite(to:as:)` does.
    package func invite(
        to site: SiteID, as handle: Handle?, count: Int, lasting lifetime: Duration
    ) async throws -> [InvitationLink] {
        let name = handle.map { "\(site)/\($0)" } ?? site.text
        let record = operations.trace(.invite, count == 1 ? name : "\(name): \(count) links")
        var randomness = operations.randomness
        let tokens = (0..<count).map { _ in
            LinkToken(madeAt: LinkToken.milliseconds(of: record.at), of: LinkSecret(using: &randomness).bytes)
        }
        let ends = record.at + lifetime
        try await operations.write(record) { transaction in
            guard try transaction.sites.find(site) != nil else { throw SiteOperations.Fault.unknown(site) }
            for token in tokens {
                try transaction.invitations.add(
                    Invitation(madeAt: token.madeAt, digest: token.digest, site: site, handle: handle, ends: ends))
            }
        }
        return tokens.map { InvitationLink(site: site, token: $0, endsAt: ends) }
    }

    /// - Returns: nil for one that was never made or is over. One that was used is found for as long as it could be.
    package func find(_ token: LinkToken) async throws -> Invitation? {
        let now = operations.now()
        return try await operations.store.read { try $0.invitations.find(madeAt: token.madeAt, digest: token.digest, at: now) }
    }

    /// Those that can still be used.
    package func list(at site: SiteID, limit: Int = 1_000) async throws -> [Invitation] {
        _ = try await operations.sites.find(site)
        let now = operations.now()
        return try await operations.store.read { try $0.invitations.open(at: site, now: now, limit: limit) }
    }
}

extension Operations {
    package var invitations: InvitationOperations { InvitationOperations(operations: self) }
}
