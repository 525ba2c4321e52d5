package import Logging
internal import PosternCore
internal import PosternLink
package import PosternStore

/// Does with a site's members what its programs ask for, by the site's token. The vault checks the token itself wherever an address is
/// sealed or a record changed, so that a relay that was taken over gains nothing by believing one.
package struct SiteMemberService: MemberAPI {
    private let store: any Database
    private let vault: VaultLink
    private let operations: Operations
    private let pseudonyms: Pseudonyms
    private let logger: Logger

    package init(store: any Database, vault: VaultLink, operations: Operations, pseudonyms: Pseudonyms, logger: Logger) {
        self.store = store
        self.vault = vault
        self.operations = operations
        self.pseudonyms = pseudonyms
        self.logger = logger
    }

    /// A caller whose token is good.
    private struct Known {
        let site: SiteID
        let token: SiteToken
        let operations: Operations
        let members: MemberOperations
    }

    package func check(_ caller: SiteCaller) async throws(MemberRefusal) { _ = try await known(caller) }

    private func known(_ caller: SiteCaller) async throws(MemberRefusal) -> Known {
        guard let text = caller.token else { throw .noToken }
        guard let token = SiteToken(text: text) else { throw .badToken }
        return try await done { () throws -> Known in
            guard let site = SiteID(spelled: caller.site) else { throw MemberRefusal.notAllowed }
            switch try await operations.siteTokens.standing(of: token, for: .recipients, at: site) {
            case .unknown: throw MemberRefusal.badToken
            case .elsewhere: throw MemberRefusal.notAllowed
            case .good: break
            }
            let operations = operations.by(.site(site))
            return Known(site: site, token: token, operations: operations, members: operations.members(vault))
        }
    }

    /// What fails is logged here, and nobody is told why.
    private func done<Answer: Sendable>(_ body: () async throws -> Answer) async throws(MemberRefusal) -> Answer {
        do {
            return try await body()
        } catch let refusal as MemberRefusal {
            throw refusal
        } catch let faults as MemberFaults {
            throw .invalid(faults)
        } catch {
            logger.error("members: a site's call could not be done", metadata: ["error": "\(error)"])
            throw .unavailable(retryAfter: .seconds(30))
        }
    }

    // MARK: - Adding

    package func add(_ post: MemberPost, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView {
        let known = try await known(caller)
        return try await done {
            let draft = try post.member.validated(in: post.languages, standard: .english, isExact: true)
            let posted = PostedMember(post.idempotencyKey, draft, at: known.site, pseudonyms, caller.at)
            if let earlier = try await earlier(posted, at: caller.at) { return earlier }
            let recipient = try await join(draft, known)
            if let record = posted.record {
                try await store.write { try $0.intake.keepPost(record, as: recipient.id.asLetter, at: caller.at) }
            }
            return try await view(recipient)
        }
    }

    /// The answer that the same post got before.
    private func earlier(_ posted: PostedMember, at now: Timestamp) async throws -> MemberView? {
        guard !posted.names.isEmpty else { return nil }
        let earlier = try await store.read { transaction in
            try posted.names.map { name in try transaction.intake.earlierPost(under: name.key, at: now).map { (name, $0) } }
        }.compactMap { $0 }.first
        guard let (name, post) = earlier else { return nil }
        guard post.body == name.record(of: posted.bytes).body else { throw MemberRefusal.idempotencyKeyConflict }
        guard let recipient = try await store.read({ try $0.recipients.find(post.letter.asRecipient) }), recipient.record != nil
        else { return nil }
        return try await view(recipient)
    }

    private func join(_ draft: MemberDraft, _ known: Known) async throws -> Recipient {
        if let reason = try await taken(draft.handle, at: known.site), reason != .erased { throw MemberRefusal.taken(reason) }
        let member = NewMember(
            site: known.site, handle: draft.handle, name: draft.name, language: draft.language, address: draft.address,
            token: known.token)
        var result = try await known.members.join(member)
        // The same member, posted twice at once: the other post has just been stored.
        if result == .taken, try await taken(draft.handle, at: known.site) == nil {
            result = try await known.members.join(member)
        }
        switch result {
        case .asked(let recipient): return recipient
        case .taken, .notInvited: throw MemberRefusal.taken(try await taken(draft.handle, at: known.site) ?? .begun)
        case .unknownSite: throw MemberRefusal.notAllowed
        case .limited(let wait), .askedOften(let wait): throw MemberRefusal.limited(retryAfter: wait)
        case .denied: throw MemberRefusal.badToken
        }
    }

    /// Nil where a handle can be given away. That of somebody who has not confirmed can; whether an erased one ever did, the vault knows.
    private func taken(_ handle: Handle, at site: SiteID) async throws -> TakenHandle? {
        guard let found = try await store.read({ try $0.recipients.find(named: handle.text, at: site) }) else { return nil }
        guard found.handle == handle else { return .alias }
        return switch found.state {
        case .unconfirmed: nil
        case .active, .paused: .member
        case .erased: .erased
        }
    }

    // MARK: - Reading and changing

    package func find(_ handle: String, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView {
        let known = try await known(caller)
        return try await done { try await view(try await recipient(handle, known)) }
    }

    package func change(_ handle: String, _ change: MemberPatch, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView {
        let known = try await known(caller)
        return try await done {
            let recipient = try await recipient(handle, known)
            let words = try ChangedWords(change, of: recipient)
            if recipient.state == .unconfirmed {
                try await changeUnconfirmed(recipient, words, isPaused: change.isPaused, known)
            } else {
                try await changeConfirmed(recipient, words, isPaused: change.isPaused, known)
            }
            return try await view(try await self.recipient(recipient.handle.text, known))
        }
    }

    /// Nothing is confirmed, so there is nothing that another address could take the place of: it is as if they were added again.
    private func changeUnconfirmed(
        _ recipient: Recipient, _ words: ChangedWords, isPaused: Bool?, _ known: Known
    ) async throws {
        guard isPaused == nil else { throw MemberRefusal.conflict }
        guard let address = words.address else {
            // The name is in the sealed record, and the vault opens none whose address is not confirmed.
            if words.areOther { throw MemberRefusal.conflict }
            return
        }
        _ = try await join(
            MemberDraft(handle: recipient.handle, name: words.name, language: words.language, address: address), known)
    }

    private func changeConfirmed(
        _ recipient: Recipient, _ words: ChangedWords, isPaused: Bool?, _ known: Known
    ) async throws {
        var recipient = recipient
        if words.areOther {
            try Self.check(
                try await known.members.changeWords(of: recipient, to: words.name, words.language, with: .site(known.token)))
            recipient = try await self.recipient(recipient.handle.text, known)
        }
        if let address = words.address {
            try Self.check(try await known.members.changeAddress(of: recipient, to: address, with: .site(known.token)))
        }
        switch isPaused {
        case true?: try Self.check(try await known.members.pause(recipient, until: nil))
        case false?: try Self.check(try await known.members.resume(recipient))
        case nil: break
        }
    }

    private static func check(_ change: MemberOperations.Change) throws {
        switch change {
        case .changed, .sameAddress: break
        case .changedLately, .changedMeanwhile: throw MemberRefusal.conflict
        case .limited(let wait): throw MemberRefusal.limited(retryAfter: wait)
        case .denied: throw MemberRefusal.badToken
        }
    }

    package func erase(_ handle: String, _ caller: SiteCaller) async throws(MemberRefusal) {
        let known = try await known(caller)
        try await done {
            guard let found = try await found(handle, known) else { throw MemberRefusal.unknownMember }
            guard found.state != .erased else { return }
            try Self.check(try await known.members.erase(found, with: .site(known.token)))
        }
    }

    // MARK: - Inviting

    package func invite(_ order: InvitationOrder, _ caller: SiteCaller) async throws(MemberRefusal) -> [InvitationLink] {
        let known = try await known(caller)
        return try await done {
            let handle: Handle?
            do throws(MemberFault.Reason) {
                handle = try order.handle.map { text throws(MemberFault.Reason) in try RawMember.handle(text, isExact: true) }
            } catch {
                throw MemberFaults(all: [MemberFault(.handle, error)])
            }
            if let handle, let reason = try await taken(handle, at: known.site) { throw MemberRefusal.taken(reason) }
            return try await known.operations.invitations.invite(
                to: known.site, as: handle, count: order.count, lasting: order.lasts)
        }
    }

    // MARK: -

    /// Exactly as it is spelled: what only leads a letter to somebody may be an alias, but not what changes or erases.
    private func found(_ handle: String, _ known: Known) async throws -> Recipient? {
        guard let handle = try? Handle(handle) else { return nil }
        let now = operations.now()
        return try await store.read { try $0.recipients.find(handle, at: known.site)?.asOf(now) }
    }

    private func recipient(_ handle: String, _ known: Known) async throws -> Recipient {
        guard let found = try await found(handle, known), found.record != nil else { throw MemberRefusal.unknownMember }
        return found
    }

    private func view(_ recipient: Recipient) async throws -> MemberView {
        let now = operations.now()
        let change = try await store.read { try $0.addressChanges.find(of: recipient.id, at: now) }
        return MemberView(
            handle: recipient.handle, name: recipient.name, language: recipient.language, state: recipient.state,
            isAddressPending: change?.isPending == true)
    }
}

extension Identifier<RecipientKind> {
    /// As the table of repeated posts holds it.
    fileprivate var asLetter: LetterID { LetterID(high: high, low: low) }
}

extension Identifier<LetterKind> {
    fileprivate var asRecipient: RecipientID { RecipientID(high: high, low: low) }
}
