package import PosternCore
internal import PosternLink
internal import PosternSealing
internal import PosternStore

/// A letter waits until its visitor has typed the code that the vault has mailed. The relay cannot make the code, and asks the vault
/// about each that is typed.
extension ConversationService {
    package func proof(behind link: LinkToken) async throws -> ProofView? {
        guard let opened = try await find(link, for: .prove) else { return nil }
        let moment = now()
        return try await store.read { transaction in
            ProofView(
                site: opened.site, handle: opened.recipient.handle, recipientName: opened.recipient.name,
                standing: try transaction.awaitedProofs.standing(of: opened.id, at: moment))
        }
    }

    package func prove(_ code: MailedCode, _ link: LinkToken, from client: ClientAddress) async throws -> ProofAnswer? {
        guard let opened = try await find(link, for: .prove) else { return nil }
        let (recipient, id) = (opened.recipient, opened.id)
        // Without its seal nobody can say whose code it is: it was dropped, or its time is over.
        guard let seal = try await store.read({ try $0.conversations.seal(of: id) }) else { return .late }
        let answer: CodeAnswer
        do {
            answer = try await vault.prove(
                ProofRequest(
                    site: recipient.site, recipient: recipient.id, handle: recipient.handle, letter: id, seal: seal,
                    code: code.text))
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            return .late
        }
        switch answer {
        case .right(let proof): return try await release(opened, with: proof.bytes, from: client)
        case .wrong(let left): return .wrong(left: left)
        case .spent: return .spent
        }
    }

    /// Judges the letter again. Its text and its address are sealed; what can be looked at once more is who types the code.
    private func release(
        _ opened: OpenedConversation, with proof: [UInt8], from client: ClientAddress
    ) async throws -> ProofAnswer {
        let (moment, id) = (now(), opened.id)
        var randomness = intake.randomness
        let page = LinkSecret(using: &randomness).token(for: .letter, at: moment)
        let link = StoredLink(page, for: .letter, in: id, to: opened.key)
        let tags = intake.pseudonyms.day(Epoch(containing: moment))?.tags(of: client) ?? []
        let blocks = intake.blocks.parts(for: client, tags: tags, at: moment)
        let record = operations.by(.visitor(id)).trace(.proveAddress, "\(id)")
        let result = try await store.write { transaction -> ProofResult in
            let result = try transaction.awaitedProofs.prove(id, with: proof, and: blocks, at: moment)
            guard result != .unknown else { return result }
            try transaction.links.add([link])
            if result != .decided { try transaction.operationTrace.add(record) }
            return result
        }
        switch result {
        case .released:
            intake.letterCame()
            return .proven(page: page)
        case .held, .decided: return .proven(page: page)
        case .unknown: return .late
        }
    }
}

extension AwaitedProofs {
    /// As its visitor sees it: whatever staff have decided meanwhile looks like what was proven.
    fileprivate func standing(of letter: LetterID, at now: Timestamp) throws -> ProofView.Standing {
        let end = letter.moment + Self.lifetime
        if try contains(letter) { return now < end ? .waiting(until: end) : .dropped }
        return try isOver(letter) ? .dropped : .proven
    }
}
