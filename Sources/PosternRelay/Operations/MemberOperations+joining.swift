package import PosternCore
internal import PosternLink
internal import PosternSealing
internal import PosternStore

/// Somebody who wants to receive letters at a site.
package struct NewMember: Sendable {
    package let site: SiteID
    package let handle: Handle
    package let name: HeaderText
    package let language: Language
    package let address: EmailAddress
    /// The link with which they were invited; nil where anyone may join, and for a site.
    package let invitation: LinkToken?
    /// The site's credential, if the site asks.
    package let token: SiteToken?

    package init(
        site: SiteID, handle: Handle, name: HeaderText, language: Language, address: EmailAddress, invitation: LinkToken? = nil,
        token: SiteToken? = nil
    ) {
        self.site = site
        self.handle = handle
        self.name = name
        self.language = language
        self.address = address
        self.invitation = invitation
        self.token = token
    }
}

package enum JoinResult: Equatable, Sendable {
    /// Stored, unconfirmed. The address is asked by mail, at most once a day.
    case asked(Recipient)
    /// Somebody has or had that name there.
    case taken
    /// The invitation is over, for another name, or was used.
    case notInvited
    case unknownSite
    case limited(retryAfter: Duration)
    /// The address was asked as often as one address is in a day.
    case askedOften(retryAfter: Duration)
    /// The vault does not know the credential.
    case denied
}

extension MemberOperations {
    /// Whether a name can be taken at a site. One that is not confirmed can: by the same person again, for all we know.
    package func isFree(_ handle: Handle, at site: SiteID) async throws -> Bool {
        try await operations.store.read { transaction in
            guard let found = try transaction.recipients.find(named: handle.text, at: site) else { return true }
            return found.handle == handle && found.state == .unconfirmed
        }
    }

    /// Who may join, the caller has looked at: see `Site.joining`.
    package func join(_ member: NewMember) async throws -> JoinResult {
        let (site, found) = try await operations.store.read { transaction in
            (try transaction.sites.find(member.site), try transaction.recipients.find(named: member.handle.text, at: member.site))
        }
        guard let site else { return .unknownSite }
        // Of somebody who was erased the vault knows whether the name was ever theirs.
        guard found == nil || found?.handle == member.handle && (found?.state == .unconfirmed || found?.state == .erased) else {
            return .taken
        }
        let former = found.flatMap { $0.state == .unconfirmed ? $0 : nil }
        let request = MemberRequest(
            site: site, handle: member.handle, name: member.name, language: member.language, address: member.address,
            former: former, token: member.token)
        do {
            switch try await vault.enrol(request) {
            case .record(let recipient): return try await store(recipient, in: former, member)
            case .limited(let wait): return .limited(retryAfter: wait)
            case .askedOften(let wait): return .askedOften(retryAfter: wait)
            case .taken, .change, .done, .renamed: return .taken
            }
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            return .denied
        }
    }

    private func store(_ recipient: Recipient, in former: Recipient?, _ member: NewMember) async throws -> JoinResult {
        let record = operations.trace(.enrolRecipients, recipient.subject)
        var randomness = operations.randomness
        let mail = ServiceMail(at: record.at, using: &randomness)
        guard let sealed = recipient.record else { return .taken }
        struct NotInvited: Error {}
        do {
            let result: JoinResult = try await operations.store.write(isErasing: former != nil) { transaction in
                let now = record.at
                if let former {
                    // The same address again: the vault has given back what there was.
                    let isSame = former.record == sealed && former.name == recipient.name && former.language == recipient.language
                    let change =
                        try isSame
                        ? .changed
                        : transaction.recipients.replaceRecord(
                            of: recipient, with: sealed, former: former.record?.version ?? 0, at: now)
                    guard change == .changed else { return .taken }
                } else {
                    try transaction.recipients.vacate(recipient.handle, at: recipient.site, for: recipient.id, now: now)
                    guard try transaction.recipients.add(recipient, at: now) else { return .taken }
                }
                if let invitation = member.invitation,
                    try !transaction.invitations.use(
                        madeAt: invitation.madeAt, digest: invitation.digest, for: recipient, at: now)
                {
                    throw NotInvited()
                }
                if member.token != nil {
                    try transaction.unconfirmedJoins.forget(of: recipient.id)
                } else if former?.record != sealed {
                    try transaction.unconfirmedJoins.note(recipient.id, version: sealed.version, at: now)
                }
                try transaction.operationTrace.add(record)
                // A mail is still on its way, or was sent today, whose code counts for this address.
                let isNew = former?.record != sealed
                if try isNew || transaction.intake.serviceMails(.confirmation, to: recipient.id, since: now - .days(1)) == 0 {
                    try transaction.intake.enqueueConfirmation(mail.id, to: recipient.id, at: now, tokens: mail.tokens)
                }
                return .asked(recipient)
            }
            operations.wake()
            return result
        } catch is NotInvited {
            return .notInvited
        }
    }
}
