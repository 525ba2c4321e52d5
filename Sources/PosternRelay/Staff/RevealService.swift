package import PosternCore
internal import PosternLink
package import PosternStore

/// Finds what is to be shown, and carries it to the vault, which decides. What comes back is handed on and kept nowhere: the store
/// learns that staff looked, not at what was in it.
package struct RevealService: RevealServing {
    private let store: any Database
    private let vault: VaultLink
    private let operations: Operations

    /// - Parameter operations: by whomever; each act is done by the member of staff.
    package init(store: any Database, vault: VaultLink, operations: Operations) {
        self.store = store
        self.vault = vault
        self.operations = operations
    }

    package func view(of letter: LetterID, for staff: SignedInStaff) async throws -> RevealView? {
        guard let found = try await store.read({ try $0.revealableLetters.find(letter) }) else { return nil }
        let kinds = found.kinds
        guard !kinds.isEmpty else { return nil }
        let standing = try await vault.standing(RevealInquiry(name: staff.name, letter: letter))
        return RevealView(
            letter: letter, site: found.site, handle: found.recipient?.handle, at: letter.moment, kinds: kinds,
            isReported: found.report != nil, standing: standing)
    }

    package func begin(_ wish: RevealWish, by staff: SignedInStaff) async throws -> RevealStart? {
        guard let (request, _) = try await request(wish, by: staff) else { return nil }
        return switch try await vault.begin(request) {
        case .offer(let challenge, let way): .offer(challenge: challenge, way)
        case .refused(let refusal): .refused(refusal)
        }
    }

    /// The trace is written after the vault's answer and before anything is shown: recipients are told what staff saw.
    package func reveal(
        _ wish: RevealWish, challenge: [UInt8], _ proof: RevealProof, by staff: SignedInStaff
    ) async throws -> RevealOutcome? {
        guard let (request, found) = try await request(wish, by: staff) else { return nil }
        switch try await vault.reveal(RevealAttempt(request: request, challenge: challenge, proof: proof)) {
        case .shown(let revealed):
            try await note(wish, wish.kind == .letter ? .revealLetter : .revealClient, found, by: staff)
            return .shown(revealed)
        case .waits(let until):
            try await note(wish, .askReveal, found, by: staff)
            return .waits(until: until)
        case .refused(let refusal): return .refused(refusal)
        }
    }

    private func note(
        _ wish: RevealWish, _ verb: OperationRecord.Verb, _ found: RevealableLetter, by staff: SignedInStaff
    ) async throws {
        let whose = found.recipient.map { "\($0.site)/\($0.handle) " } ?? ""
        let record = operations.by(.staff(staff.name.text)).trace(verb, "\(whose)\(wish.letter)", because: wish.reason.text)
        try await operations.write(record) { transaction in
            if verb == .revealLetter { try transaction.revealableLetters.noteLook(at: wish.letter, at: record.at) }
        }
    }

    private func request(
        _ wish: RevealWish, by staff: SignedInStaff
    ) async throws -> (RevealRequest, RevealableLetter)? {
        let found = try await store.read { transaction in
            (
                letter: try transaction.revealableLetters.find(wish.letter),
                account: try transaction.staffAccounts.find(staff.account)
            )
        }
        guard let letter = found.letter, let (item, seal) = letter.item(wish.kind), let account = found.account,
            let record = account.record
        else { return nil }
        let claim = StaffClaim(name: account.name, role: account.role, record: record)
        return (RevealRequest(claim: claim, item: item, reason: wish.reason, seal: seal), letter)
    }
}

extension RevealableLetter {
    /// What there is to be shown, in the order in which it is offered.
    var kinds: [RevealKind] { RevealKind.allCases.filter { item($0) != nil } }

    /// - Returns: nil where there is none of that kind. What was reported is shown as it was sealed then, with what its recipient says.
    func item(_ kind: RevealKind) -> (RevealItem, seal: [UInt8])? {
        switch kind {
        case .client: return evidence.map { (RevealItem(id, at: site, .client), $0) }
        case .letter:
            guard let recipient else { return nil }
            if let report {
                let content = RevealItem.Content.report(
                    report.id, of: report.conversation, to: recipient.id, recipient.handle)
                return (RevealItem(id, at: site, content), report.seal)
            }
            guard let held else { return nil }
            let content: RevealItem.Content =
                held.reply.map { .reply(by: $0.author, in: $0.conversation, with: recipient.id, recipient.handle) }
                ?? .letter(to: recipient.id, recipient.handle)
            return (RevealItem(id, at: site, content), held.seal)
        }
    }
}
