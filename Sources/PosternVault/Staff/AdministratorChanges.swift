package import Logging
package import PosternCore
internal import PosternJournal
package import PosternLink
private import Synchronization

/// Changes accounts of staff and sites for an administrator, if the rules allow it: what else only the operator's commands can. The vault
/// checks their role and their second factor, takes a reason, limits how often they may do so, and enters the change in the journal
/// before it makes it. No relay shows an administrator for certain what they confirm, so that an account with such a link waits for a day
/// before it reveals or changes anything, and the log says so at once.
package final class AdministratorChanges: Sendable {
    private let accounts: StaffAccounts
    private let enrolment: Enrolment
    private let journal: Journal
    private let most: Int
    private let logger: Logger
    private let challenges = StaffChallenges()
    /// One change at a time: two administrators who remove each other at once would leave none.
    private let isChanging = Mutex(false)

    /// - Parameter most: for one person on one UTC day.
    package init(accounts: StaffAccounts, enrolment: Enrolment, journal: Journal, most: Int = ChangeRule.most, logger: Logger) {
        self.accounts = accounts
        self.enrolment = enrolment
        self.journal = journal
        self.most = most
        self.logger = logger
    }

    /// Makes a challenge that is bound to change, reason and person, so that one touch of a passkey makes one change only.
    package func begin(_ request: ChangeRequest, at now: Timestamp) async -> ChangeBeginning {
        if let refusal = await refusal(of: request, at: now) { return .refused(refusal) }
        guard let way = accounts.way(of: request.claim) else { return .refused(.account) }
        return .offer(challenge: challenges.new(about: Self.matter(of: request), at: now), way)
    }

    /// - Throws: `LinkRefusal`, or what the vault's memory throws. The journal has the change if it was begun.
    package func make(_ attempt: ChangeAttempt, at now: Timestamp) async throws -> ChangeAnswer {
        guard isChanging.withLock({ Self.take(&$0) }) else {
            throw LinkRefusal(.unavailable, "another change is being made")
        }
        defer { isChanging.withLock { $0 = false } }
        let request = attempt.request
        if let refusal = await refusal(of: request, at: now) { return .refused(refusal) }
        guard challenges.spend(attempt.challenge, about: Self.matter(of: request), at: now) else { return .refused(.overdue) }
        switch try await accounts.prove(attempt.proof, of: request.claim, challenge: attempt.challenge, at: now) {
        case .right: break
        case .wrong: return .refused(.wrongProof)
        case .usedBefore: return .refused(.usedBefore)
        case .limited(let wait): return .refused(.limited(retryAfter: wait))
        }
        // The operator may have locked them out while the proof was checked.
        guard accounts.way(of: request.claim) != nil else { return .refused(.account) }
        let counted = AuthorisedName.staffChanges(request.claim.name)
        guard try await accounts.countOne(of: counted, atMost: most, at: now) else {
            return .refused(.capReached(until: accounts.count(of: counted, at: now).day.end))
        }
        do { try await journal.record(Self.records(of: request)) } catch is JournalFault { return .refused(.unwritten) }
        return try await make(request, at: now)
    }

    /// - Returns: false if it was taken.
    private static func take(_ isTaken: inout Bool) -> Bool {
        guard !isTaken else { return false }
        isTaken = true
        return true
    }

    /// What the operator's command of the same kind does.
    private func make(_ request: ChangeRequest, at now: Timestamp) async throws -> ChangeAnswer {
        switch request.change {
        case .account(let name, let change):
            guard let role = change.role else {
                warn(request, ["account": "\(name)", "change": "removed"], remedy: "postern staff add \(name)")
                try await accounts.links.end(name)
                return .removed
            }
            let link = try await accounts.linkOnPage(StaffLinkRequest(name: name, role: role), at: now)
            var facts: Logger.Metadata = ["account": "\(name)", "change": "\(change.words)"]
            if change.waits { facts["may-reveal-from"] = "\((link.token.id.moment + ChangeRule.wait).rfc3339)" }
            warn(request, facts, remedy: "postern staff remove \(name)")
            return .link(link)
        case .site(let site):
            warn(request, ["site": "\(site.id)", "change": "name or origins"], remedy: "postern site set \(site.id)")
            do { return .site(try await enrolment.authorise(site)) } catch let fault as RecordMemoryFault {
                throw LinkRefusal(.denied, "\(fault)")
            }
        }
    }

    /// Anyone who reads the log is to know of it: an administrator may have confirmed it without knowing.
    private func warn(_ request: ChangeRequest, _ facts: Logger.Metadata, remedy command: String) {
        let more: Logger.Metadata = [
            "by": "\(request.claim.name)", "remedy": "if none of you did this, run: \(command)",
        ]
        logger.warning(
            "staff: something was changed on a page with an administrator's second factor", metadata: facts.merging(more) { $1 })
    }

    /// Why the request is refused before a second factor is asked for; nil if it is not.
    private func refusal(of request: ChangeRequest, at now: Timestamp) async -> ChangeRefusal? {
        let claim = request.claim
        guard claim.role == .administrator else { return .role }
        guard accounts.way(of: claim) != nil else { return .account }
        if let until = accounts.waits(claim, at: now) { return .tooNew(until: until) }
        if case .account(claim.name, let change) = request.change, !change.mayBeOnes(own: claim.role) { return .oneself }
        let count = accounts.count(of: .staffChanges(claim.name), at: now)
        guard count.made < most else { return .capReached(until: count.day.end) }
        do { try await journal.check() } catch { return .unwritten }
        return nil
    }

    /// The bytes to which a challenge is bound. They differ for each change, reason and person.
    private static func matter(of request: ChangeRequest) -> [UInt8] {
        var writer = ByteWriter(capacity: 1_024)
        writer.write("postern change")
        writer.write(request.claim.name.text)
        writer.write(request.change.payload)
        writer.write(request.reason.text)
        return writer.bytes
    }

    private static func records(of request: ChangeRequest) -> [Journal.Record] {
        let by = Reveals.subject(request.claim.name)
        switch request.change {
        case .account(let name, let change):
            return [
                .init(.staff, .change(.made, .account(change)), about: by),
                .init(.staff, .change(.concerns, .account(change)), about: Reveals.subject(name)),
                .init(.staff, .change(.because, .account(change)), about: request.reason.text),
            ]
        case .site(let site):
            return [
                .init(.staff, .change(.made, .site(site.id)), about: by),
                .init(.staff, .change(.because, .site(site.id)), about: request.reason.text),
            ]
        }
    }
}

extension AccountChange {
    /// For the log.
    fileprivate var words: String {
        switch self {
        case .add(let role): "new, \(role.rawValue)"
        case .reset(let role): "new link, \(role.rawValue)"
        case .move(let role): "now \(role.rawValue)"
        case .remove: "removed"
        }
    }
}
