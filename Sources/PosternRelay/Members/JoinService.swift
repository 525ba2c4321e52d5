package import Logging
package import PosternCore
package import PosternStore

/// Takes those who want to become members by themselves: looks at the site, the invitation, the handle and the limits, has the vault
/// seal the address, and stores it. The vault writes the mail, and nobody's text is in it.
package final class JoinService: JoinServing {
    private let store: any Database
    private let operations: Operations
    private let members: MemberOperations
    private let blocks: BlockCache
    private let pseudonyms: Pseudonyms
    private let siteNames: SiteNameCache
    private let limiter: JoinLimiter
    private let logger: Logger

    /// - Parameter isLimited: false where the limit of clients is off.
    package init(
        store: any Database, vault: VaultLink, operations: Operations, blocks: BlockCache, pseudonyms: Pseudonyms,
        isLimited: Bool, logger: Logger
    ) {
        self.store = store
        self.operations = operations.by(.service)
        members = operations.by(.service).members(vault)
        self.blocks = blocks
        self.pseudonyms = pseudonyms
        siteNames = SiteNameCache(store: store)
        limiter = JoinLimiter(isLimited: isLimited)
        self.logger = logger
    }

    package func standing(at site: String, with invitation: LinkToken?) async throws -> JoinStanding? {
        guard let id = SiteID(spelled: site), let site = try await store.read({ try $0.sites.find(id) }) else { return nil }
        switch site.joining {
        case .off: return JoinStanding(.off, at: site)
        case .open: return JoinStanding(try await way(by: invitation, at: site) ?? .open, at: site)
        case .invitation: return JoinStanding(try await way(by: invitation, at: site) ?? .byInvitation, at: site)
        }
    }

    /// Nil for an invitation that does not count, or does not count any more. One that was used may be used again by the same person,
    /// whose address was mistyped: whether it is theirs is seen when they post.
    private func way(by invitation: LinkToken?, at site: Site) async throws -> JoinStanding.Way? {
        guard let invitation, let found = try await operations.invitations.find(invitation), found.site == site.id else {
            return nil
        }
        guard let recipient = found.recipient else { return .invited(found.handle) }
        let owner = try await store.read { try $0.recipients.find(recipient) }
        guard let owner, owner.state == .unconfirmed else { return nil }
        return .invited(owner.handle)
    }

    package func fault(of handle: String, at site: String) async throws -> Result<Handle, MemberFault>? {
        guard let standing = try await standing(at: site, with: nil), standing.site.joining != .off else { return nil }
        do {
            let handle = try RawMember.handle(handle)
            if let fault = try await fault(of: handle, at: standing.site) { return .failure(fault) }
            return .success(handle)
        } catch let reason as MemberFault.Reason {
            return .failure(MemberFault(.handle, reason))
        }
    }

    private func fault(of handle: Handle, at site: Site) async throws -> MemberFault? {
        // A handle is read as the words between its dots and hyphens.
        let words = String(handle.text.map { "._-".contains($0) ? " " : $0 })
        if try await siteNames.impersonation(at: site.id, now: operations.now()).isLike(words) {
            return MemberFault(.handle, .reserved)
        }
        return try await members.isFree(handle, at: site.id) ? nil : MemberFault(.handle, .handle(.taken(handle)))
    }

    // MARK: - Joining

    package func join(_ post: JoinPost) async -> JoinAnswer {
        do {
            return try await answer(to: post)
        } catch let faults as MemberFaults {
            return .invalid(faults)
        } catch {
            logger.error("join: could not be done", metadata: ["error": "\(error)"])
            return .unavailable(retryAfter: .seconds(30))
        }
    }

    private func answer(to post: JoinPost) async throws -> JoinAnswer {
        guard let standing = try await standing(at: post.site, with: post.invitation) else { return .unknown }
        let site = standing.site
        guard standing.isOpen, !isBlocked(post.client, at: post.at) else {
            return .closed(standing.isOpen ? JoinStanding(.off, at: site) : standing)
        }
        var raw = post.member
        if case .invited(let handle?) = standing.way { raw.handle = handle.text }
        let draft = try raw.validated(in: post.languages, standard: post.language)
        if let known = limiter.earlier(post.idempotencyKey, draft) { return .asked(known) }
        try await check(draft, at: site, standing)
        if isBlocked(draft.address, at: post.at) { return .closed(JoinStanding(.off, at: site)) }
        if let wait = limiter.wait(of: post.client, at: post.at) { return .limited(retryAfter: wait) }
        let isInvited = if case .invited = standing.way { true } else { false }
        let member = NewMember(
            site: site.id, handle: draft.handle, name: draft.name, language: draft.language, address: draft.address,
            invitation: isInvited ? post.invitation : nil)
        var result = try await members.join(member)
        // The same form, posted twice at once: the other post has just been stored.
        if result == .taken, try await members.isFree(draft.handle, at: site.id) { result = try await members.join(member) }
        switch result {
        case .asked(let recipient):
            limiter.note(post.idempotencyKey, draft)
            return .asked(recipient.handle)
        case .taken: throw MemberFaults(all: [MemberFault(.handle, .handle(.taken(draft.handle)))])
        case .notInvited: return .closed(JoinStanding(site.joining == .off ? .off : .byInvitation, at: site))
        case .unknownSite: return .unknown
        case .limited(let wait): return .busy(retryAfter: wait)
        case .askedOften(let wait): return .askedOften(retryAfter: wait)
        case .denied:
            // The site's name was changed in the store, or the vault has lost a key: people must look (`postern doctor`).
            logger.error("join: the vault refused to seal an address", metadata: ["site": "\(site.id)"])
            return .unavailable(retryAfter: .minutes(10))
        }
    }

    /// - Throws: `MemberFaults`: what only the store and the site's own names can tell.
    private func check(_ draft: MemberDraft, at site: Site, _ standing: JoinStanding) async throws {
        var faults: [MemberFault] = []
        if try await siteNames.impersonation(at: site.id, now: operations.now()).isLike(draft.name.text) {
            faults.append(MemberFault(.name, .reserved))
        }
        // Anyone who was invited under a handle gets it, whatever it is like.
        if case .invited(_?) = standing.way {
            if try await !members.isFree(draft.handle, at: site.id) {
                faults.append(MemberFault(.handle, .handle(.taken(draft.handle))))
            }
        } else if let fault = try await fault(of: draft.handle, at: site) {
            faults.append(fault)
        }
        guard faults.isEmpty else { throw MemberFaults(all: faults) }
    }

    private func isBlocked(_ client: ClientAddress, at now: Timestamp) -> Bool {
        let tags = pseudonyms.day(Epoch(containing: now), withTomorrow: false)?.tags(of: client) ?? []
        return blocks.parts(for: client, tags: tags, at: now).contains { $0.effect == .refuse }
    }

    private func isBlocked(_ address: EmailAddress, at now: Timestamp) -> Bool {
        blocks.parts(for: address, at: now).contains { $0.effect == .refuse }
    }
}
