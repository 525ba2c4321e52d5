internal import PosternCore
internal import PosternStore

extension OperatorService {
    func listLog(_ query: ControlRequest.LogQuery) async throws -> ControlAnswer {
        var filter = LogFilter(
            since: query.since.map { Timestamp(milliseconds: $0) }, until: query.until.map { Timestamp(milliseconds: $0) })
        filter.decision = try query.verdict.map { text in
            guard let decision = Verdict.Decision(rawValue: text) else {
                throw Refusal("there is no verdict “\(text)”; there are \(Verdict.Decision.allCases.map(\.rawValue).listed)")
            }
            return decision
        }
        filter.rule = try query.rule.map { text in
            guard let rule = Verdict.Rule(rawValue: text) else {
                throw Refusal("there is no rule “\(text)”; there are \(Verdict.Rule.allCases.map(\.rawValue).listed)")
            }
            return rule
        }
        if let site = query.site, let handle = query.handle { filter.recipient = try await recipient(site, handle).id }
        filter.tag = try query.tag.map(tag)
        let (after, before) = (try query.after.map(entryID), try query.before.map(entryID))
        let (found, limit) = (filter, min(max(query.limit, 1), ControlRequest.pageLimit))
        let entries = try await store.read { transaction in
            if let after { return try transaction.submissionLog.entries(found, after: after, limit: limit) }
            return try transaction.submissionLog.latest(found, before: before, limit: limit).reversed()
        }
        return .entries(entries.map(ControlAnswer.EntryView.init))
    }

    func showEntry(_ text: String) async throws -> ControlAnswer {
        let id = try entryID(text)
        let found = try await store.read { transaction -> (SubmissionEntry, DeliveryLine?, [Int64: Block])? in
            guard let entry = try transaction.submissionLog.entry(id) else { return nil }
            var blocks: [Int64: Block] = [:]
            for number in entry.verdict.parts.compactMap(\.block) { blocks[number] = try transaction.blocks.find(number) }
            return (entry, try transaction.queue.show(id)?.delivery, blocks)
        }
        guard let (entry, delivery, blocks) = found else {
            throw Refusal("the log has no entry \(text)\n    See postern log list.")
        }
        let parts = entry.verdict.parts.map { part in
            ControlAnswer.PartView(
                rule: part.rule.rawValue, effect: part.effect.words,
                meaning: part.rule.meaning + (part.block.flatMap { blocks[$0] }.map { ": \($0.reason)" } ?? ""))
        }
        return .entry(
            ControlAnswer.EntryView(entry), parts: parts, delivery: delivery.map(ControlAnswer.DeliveryView.init))
    }

    func addBlock(_ new: ControlRequest.NewBlock) async throws -> ControlAnswer {
        let moment = now()
        guard let effect = Block.Effect(rawValue: new.effect) else {
            throw Refusal("a block holds or refuses; “\(new.effect)” is neither")
        }
        guard let reason = try? HeaderText(new.reason, limit: Block.textLimit) else {
            throw Refusal("say why in one line of at most \(Block.textLimit) characters")
        }
        let mark = try blockMark(new.mark, at: moment)
        // A tag is nobody's any more when its day is over.
        let dayEnds = mark.epoch?.end
        // A number from outside: beyond some hundred million years no moment could hold the end, and adding would trap.
        guard new.lasts.map({ (1...315_360_000).contains($0) }) ?? true else {
            throw Refusal("a block lasts from a second to ten years; leave the span out for one that stays")
        }
        let asked = new.lasts.map { moment + .seconds($0) }
        let expires = [dayEnds, asked].compactMap { $0 }.min()
        let id = try await store.write {
            try $0.blocks.add(mark, effect: effect, reason: reason.text, expires: expires, at: moment)
        }
        try await blocks?.reload(from: store)
        let block = Block(id: id, mark: mark, effect: effect, reason: reason.text, added: moment, expires: expires)
        return .blocks([ControlAnswer.BlockView(block, at: moment)])
    }

    func listBlocks() async throws -> ControlAnswer {
        let moment = now()
        return .blocks(try await store.read { try $0.blocks.list() }.map { ControlAnswer.BlockView($0, at: moment) })
    }

    func removeBlock(_ id: Int64) async throws -> ControlAnswer {
        guard try await store.write({ [now] in try $0.blocks.remove(id, at: now()) }) else {
            throw Refusal("there is no block \(id)\n    See postern block list.")
        }
        try await blocks?.reload(from: store)
        return .done(count: 1)
    }

    private func blockMark(_ mark: ControlRequest.NewBlock.Mark, at now: Timestamp) throws -> Block.Mark {
        switch mark {
        case .tag(let text): return .tag(try tag(text), Epoch(containing: now))
        case .prefix(let text): return .range(try parsed { try AddressRange(text) })
        case .domain(let text):
            let domain = text.lowercased()
            guard let name = DomainName(domain.hasPrefix("@") ? String(domain.dropFirst()) : domain) else {
                throw Refusal("“\(text)” is no domain; write one like spam.example")
            }
            return .domain(name.ascii)
        case .text(let text):
            let phrase = FoldedText(text)
            guard (Block.shortestPhrase...Block.textLimit).contains(phrase.count) else {
                throw Refusal(
                    "the text has \(phrase.count) characters; write \(Block.shortestPhrase) to \(Block.textLimit), as no letter that is welcome has them"
                )
            }
            return .phrase(phrase)
        }
    }

    private func tag(_ text: String) throws -> Tag {
        guard let tag = Tag(text) else {
            throw Refusal("“\(text)” is no tag; it has 13 characters, as postern log list shows it")
        }
        return tag
    }

    private func entryID(_ text: String) throws -> LetterID {
        guard let id = LetterID(text) else {
            throw Refusal("“\(text)” is no entry's id; it has 26 characters, as postern log list shows it")
        }
        return id
    }
}

extension [String] {
    fileprivate var listed: String { joined(separator: ", ") }
}
