package import PosternCore
internal import PosternJournal
package import PosternLink
private import PosternSealing
private import Synchronization

/// Reveals a letter or a client address to a member of staff, if the rules allow it. The vault checks their role and their second
/// factor, takes a reason, limits how often they may do so, and enters the reveal in the journal before it answers. The relay
/// only passes requests and answers on, and decides nothing.
///
/// Only the store knows which letters are held, and no seal proves it: the vault relies on the relay for that, and the journal
/// says so. A reported letter has a seal of its own, which only the vault can make.
package final class Reveals: Sendable {
    /// The roles that may reveal. Auditors only look at what others have done.
    package static let roles: Set<StaffRole> = [.reviewer, .administrator]

    private let accounts: StaffAccounts
    private let opener: SealOpener
    private let journal: Journal
    private let rule: RevealRule
    private let challenges = StaffChallenges()
    private let halves = Mutex(RevealHalves())

    package init(accounts: StaffAccounts, opener: SealOpener, journal: Journal, rule: RevealRule) {
        self.accounts = accounts
        self.opener = opener
        self.journal = journal
        self.rule = rule
    }

    package func standing(_ inquiry: RevealInquiry, at now: Timestamp) -> RevealStanding {
        let count = accounts.count(of: .staffReveals(inquiry.name), at: now)
        return RevealStanding(
            left: max(rule.most - count.made, 0), most: rule.most, renewed: count.day.end, needsTwo: rule.needsTwo,
            halves: halves.withLock { $0.about(inquiry.letter, for: inquiry.name, at: now) })
    }

    /// Makes a challenge that is bound to item, reason and person, so that one touch of a passkey opens one item only.
    package func begin(_ request: RevealRequest, at now: Timestamp) async throws -> RevealBeginning {
        if let refusal = await refusal(of: request, at: now) { return .refused(refusal) }
        guard let way = accounts.way(of: request.claim) else { return .refused(.account) }
        return .offer(challenge: challenges.new(about: Self.matter(of: request), at: now), way)
    }

    /// - Throws: what the memory of used codes throws; nothing is shown then.
    package func reveal(_ attempt: RevealAttempt, at now: Timestamp) async throws -> RevealAnswer {
        let request = attempt.request
        if let refusal = await refusal(of: request, at: now) { return .refused(refusal) }
        guard challenges.spend(attempt.challenge, about: Self.matter(of: request), at: now) else { return .refused(.overdue) }
        if let refusal = try await refusal(of: attempt, at: now) { return .refused(refusal) }
        return rule.needsTwo ? try await revealForTwo(request, at: now) : try await show(request, confirmedBy: nil, at: now)
    }

    // MARK: - Who may

    /// Why the request is refused before a second factor is asked for; nil if it is not.
    private func refusal(of request: RevealRequest, at now: Timestamp) async -> RevealRefusal? {
        guard Self.roles.contains(request.claim.role) else { return .role }
        guard accounts.way(of: request.claim) != nil else { return .account }
        if let until = accounts.waits(request.claim, at: now) { return .tooNew(until: until) }
        let count = accounts.count(of: .staffReveals(request.claim.name), at: now)
        guard count.made < rule.most else { return .capReached(until: count.day.end) }
        if let missing = opener.missingKey(of: request.seal) {
            // A file that cannot be read now may be readable later.
            return missing.fault.map(\.isLoss) ?? true ? .keyGone : .notOpened
        }
        do { try await journal.check() } catch { return .unwritten }
        return nil
    }

    private func refusal(of attempt: RevealAttempt, at now: Timestamp) async throws -> RevealRefusal? {
        let claim = attempt.request.claim
        switch try await accounts.prove(attempt.proof, of: claim, challenge: attempt.challenge, at: now) {
        case .right: return nil
        case .wrong: return .wrongProof
        case .usedBefore: return .usedBefore
        case .limited(let wait): return .limited(retryAfter: wait)
        }
    }

    // MARK: - Showing

    private func revealForTwo(_ request: RevealRequest, at now: Timestamp) async throws -> RevealAnswer {
        let (name, matter) = (request.claim.name, RevealHalves.Matter(item: request.item, reason: request.reason))
        let until = now + RevealRule.halfLife
        if let other = halves.withLock({ $0.take(matter, for: name, at: now) }) {
            let answer: RevealAnswer
            do {
                answer = try await show(request, confirmedBy: other.by, at: now)
            } catch {
                putBack(other, about: matter, at: now)
                throw error
            }
            guard case .shown = answer else {
                putBack(other, about: matter, at: now)
                return answer
            }
            if other.only == nil {
                putBack(RevealHalves.Half(by: name, until: until, only: other.by), about: matter, at: now)
            }
            return answer
        }
        do {
            try await journal.record([
                .init(.staff, .reveal(.asked, Self.entry(of: request.item)), about: Self.subject(name)),
                .init(.staff, .reveal(.because, Self.entry(of: request.item)), about: request.reason.text),
            ])
        } catch is JournalFault {
            return .refused(.unwritten)
        }
        let half = RevealHalves.Half(by: name, until: until, only: nil)
        guard halves.withLock({ $0.add(half, about: matter, at: now) }) else {
            throw LinkRefusal(.unavailable, "too many reveals wait for a second person")
        }
        return .waits(until: until)
    }

    private func putBack(_ half: RevealHalves.Half, about matter: RevealHalves.Matter, at now: Timestamp) {
        halves.withLock { _ = $0.add(half, about: matter, at: now) }
    }

    /// Opens the item, counts the reveal, enters it in the journal, and only then returns the item.
    private func show(
        _ request: RevealRequest, confirmedBy second: StaffName?, at now: Timestamp
    ) async throws -> RevealAnswer {
        let name = request.claim.name
        let revealed: Revealed
        do {
            revealed = try open(request.seal, of: request.item)
        } catch {
            return .refused(.notOpened)
        }
        guard try await accounts.countOne(of: .staffReveals(name), atMost: rule.most, at: now) else {
            return .refused(.capReached(until: accounts.count(of: .staffReveals(name), at: now).day.end))
        }
        let entry = Self.entry(of: request.item)
        var records = [Journal.Record(.staff, .reveal(.shown, entry), about: Self.subject(name))]
        if let second { records.append(.init(.staff, .reveal(.confirmed, entry), about: Self.subject(second))) }
        records.append(.init(.staff, .reveal(.because, entry), about: request.reason.text))
        do {
            try await journal.record(records)
        } catch is JournalFault {
            return .refused(.unwritten)
        }
        return .shown(revealed)
    }

    private func open(_ seal: [UInt8], of item: RevealItem) throws -> Revealed {
        let site = item.site
        switch item.content {
        case .letter(let recipient, let handle):
            let letter = try opener.letter(in: seal, context: .letter(item.letter, to: recipient, handle, at: site))
            return .letter(RevealedLetter(letter, isReply: false, remark: nil))
        case .reply(let author, let conversation, let recipient, let handle):
            let bytes = try opener.record(
                in: seal,
                context: .reply(item.letter, by: author, in: conversation, with: recipient, handle, at: site))
            let reply = try ReplyCoding.reply(from: bytes).reply
            return .letter(
                RevealedLetter(name: nil, subject: nil, about: nil, text: reply.text.text, isReply: true, remark: nil))
        case .report(let report, let first, let recipient, let handle):
            let bytes = try opener.record(in: seal, context: .report(report, of: first, to: recipient, handle, at: site))
            let content = try ReportCoding.content(of: bytes)
            return .letter(RevealedLetter(content.letter, isReply: content.isReply, remark: content.remark))
        case .client:
            let bytes = try opener.record(in: seal, context: .evidence(of: item.letter, at: site))
            guard let address = ClientAddress(bytes: bytes) else { throw SealFault.badContent }
            return .client(address)
        }
    }

    // MARK: - Names

    /// The bytes to which a challenge is bound. They differ for each item, reason and person.
    private static func matter(of request: RevealRequest) -> [UInt8] {
        var writer = ByteWriter(capacity: 1_024)
        writer.write("postern reveal")
        writer.write(request.claim.name.text)
        writer.write(request.item.payload)
        writer.write(request.reason.text)
        return writer.bytes
    }

    /// The name by which the journal refers to a member of staff. It cannot be a recipient's, which has no space in it.
    package static func subject(_ name: StaffName) -> String { "staff \(name)" }

    /// The journal's entry for an item. It has only what the seal binds, so that the relay can have made up nothing of it, except
    /// that the letter is held.
    private static func entry(of item: RevealItem) -> RevealEntry {
        switch item.content {
        case .letter, .reply: RevealEntry(site: item.site, what: .heldLetter, letter: item.letter)
        case .report(let report, let first, _, _):
            RevealEntry(site: item.site, what: .reportedLetter, letter: first, report: report)
        case .client: RevealEntry(site: item.site, what: .clientAddress, letter: item.letter)
        }
    }
}

extension RevealedLetter {
    fileprivate init(_ letter: Letter, isReply: Bool, remark: String?) {
        self.init(
            name: letter.name.text, subject: letter.subject?.text, about: letter.about?.text, text: letter.text.text,
            isReply: isReply, remark: remark)
    }
}
