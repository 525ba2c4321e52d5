/// Staff's word that letters with a certain mark are to be held or refused.
package struct Block: Hashable, Sendable {
    package enum Effect: String, Sendable, CaseIterable {
        case hold, refuse
    }

    /// What a letter is known by.
    package enum Mark: Hashable, Sendable {
        /// A client or its network, for the one day on which it has this tag.
        case tag(Tag, Epoch)
        /// A network that somebody typed. It is the operator's word and no record of anybody's visit, so it is kept as it is.
        case range(AddressRange)
        /// The domain of the visitor's address, and every one below it.
        case domain(String)
        /// Words in the subject or the text.
        case phrase(FoldedText)
    }

    /// Counts up and is never given twice: verdicts in the log name it.
    package let id: Int64
    package let mark: Mark
    package let effect: Effect
    package let reason: String
    package let added: Timestamp
    /// Nil: until it is removed.
    package let expires: Timestamp?

    /// The longest reason and phrase, in code points.
    package static let textLimit = 200
    /// A shorter phrase would meet letters nobody means.
    package static let shortestPhrase = 4

    package init(id: Int64, mark: Mark, effect: Effect, reason: String, added: Timestamp, expires: Timestamp?) {
        (self.id, self.mark, self.effect) = (id, mark, effect)
        (self.reason, self.added, self.expires) = (reason, added, expires)
    }

    package func isActive(at now: Timestamp) -> Bool {
        if let expires, expires <= now { return false }
        if case .tag(_, let epoch) = mark { return epoch >= Epoch(containing: now) }
        return true
    }
}

/// What blocks look at in a letter.
package struct BlockQuestion: Sendable {
    package let client: ClientAddress
    package let tags: [Tag]
    package let epoch: Epoch
    package let senderDomain: String
    package let subject: FoldedText
    package let text: FoldedText

    package init(
        client: ClientAddress, tags: [Tag], epoch: Epoch, senderDomain: String, subject: FoldedText, text: FoldedText
    ) {
        (self.client, self.tags, self.epoch) = (client, tags, epoch)
        (self.senderDomain, self.subject, self.text) = (senderDomain, subject, text)
    }
}

/// All blocks there are.
package struct BlockList: Sendable {
    package let all: [Block]

    package init(_ all: [Block] = []) {
        self.all = all
    }

    /// Every block the letter meets, in the order in which they were made.
    package func parts(for question: BlockQuestion, at now: Timestamp) -> [Verdict.Part] {
        all.filter { $0.isActive(at: now) && $0.mark.meets(question) }
            .map { Verdict.Part(.block, $0.effect == .hold ? .hold : .refuse, block: $0.id) }
    }
}

extension Block.Mark {
    package func meets(_ question: BlockQuestion) -> Bool {
        switch self {
        case .tag(let tag, let epoch): epoch == question.epoch && question.tags.contains(tag)
        case .range(let range): range.contains(question.client)
        case .domain(let domain):
            question.senderDomain == domain || question.senderDomain.hasSuffix("." + domain)
        case .phrase(let phrase): question.text.contains(phrase) || question.subject.contains(phrase)
        }
    }
}
