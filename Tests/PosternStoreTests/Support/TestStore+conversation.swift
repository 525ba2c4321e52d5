import PosternCore
import PosternStore
import Synchronization

/// Conversations for a test. Digests, keys and summaries are random bytes: the store reads none of them.
extension TestStore {
    func bytes(_ count: Int = 16) -> [UInt8] {
        randomness.withLock { randomness in (0..<count).map { _ in UInt8.random(in: 0...255, using: &randomness) } }
    }

    func links(_ purposes: [LinkPurpose], of conversation: LetterID, at moment: Timestamp) -> [StoredLink] {
        purposes.map { purpose in
            StoredLink(
                madeAt: LinkToken.milliseconds(of: moment), digest: bytes(), purpose: purpose, conversation: conversation,
                summaryKey: bytes())
        }
    }

    func newConversation(_ id: LetterID, at moment: Timestamp) -> NewConversation {
        NewConversation(
            summary: bytes(144), links: links(LinkPurpose.ofRecipient + [.letter], of: id, at: moment), ledgerKey: bytes())
    }

    func reply(
        in conversation: LetterID, by author: Party, person: Int = 0, at moment: Timestamp = start, verdict: Verdict = .accept,
        mark: IdempotencyRecord? = nil, proof: [UInt8]? = nil, seal: [UInt8] = [4, 5, 6], wait: Duration = .seconds(60)
    ) -> AcceptedReply {
        let entry = entry(to: person, at: moment, verdict: verdict)
        let (tokens, copy) = randomness.withLock { randomness in
            (
                MailTokens(using: &randomness),
                (id: LetterID(at: moment + .milliseconds(1), using: &randomness), tokens: MailTokens(using: &randomness))
            )
        }
        return AcceptedReply(
            entry: entry, seal: seal, tokens: tokens, conversation: conversation, author: author,
            links: links(author == .recipient ? [.letter] : LinkPurpose.ofRecipient, of: conversation, at: moment), copy: copy,
            wait: wait, proof: proof, idempotencyRecord: mark)
    }

    /// A letter that begins a conversation, delivered.
    func begin(to person: Int = 0, at moment: Timestamp = start, seal: [UInt8] = [1, 2, 3]) async throws -> AcceptedLetter {
        let letter = letter(to: person, at: moment, seal: seal, beginsConversation: true)
        try await accept(letter)
        try await settleAll(as: .delivered, at: moment)
        return letter
    }

    /// Accepts it, and insists that it was stored.
    func accept(_ reply: AcceptedReply) async throws {
        guard try await database.write({ try $0.intake.accept(reply) }) == .stored else { throw NotStored() }
    }

    /// Claims what is due and writes this outcome for all of it.
    @discardableResult
    func settleAll(as kind: Outcome.Kind, at now: Timestamp) async throws -> [DeliveryJob] {
        try await settleAll(as: Sample.outcome(kind), at: now)
    }

    @discardableResult
    func settleAll(as outcome: Outcome, at now: Timestamp) async throws -> [DeliveryJob] {
        let (lease, jobs) = try await claim(100, at: now)
        try await database.write { transaction in
            for job in jobs {
                let settlement = try Sample.settlement(outcome, of: job, at: now)
                guard try transaction.queue.settle(job.id, under: lease, as: settlement) == .written else { throw NotStored() }
            }
        }
        return jobs
    }

    func entries(_ conversation: LetterID) async throws -> [ConversationEntry] {
        try await database.read { try $0.conversations.entries(of: conversation, limit: 100) }
    }

    func conversation(_ id: LetterID) async throws -> ConversationRow? {
        try await database.read { try $0.conversations.find(id) }
    }

    func count(of table: StaticString) async throws -> Int {
        try await database.read { transaction in try transaction.rows(table).count }
    }
}
