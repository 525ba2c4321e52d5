internal import PosternCore
internal import PosternStore

/// Rows like those of a served letter, with noise in place of seals.
struct BenchRows: Sendable {
    /// A letter of 1.5 KB, as `LetterCoding` writes it.
    private static let letterBytes = 1_500
    /// The sealed letter, with a subject, what it is about and an address.
    private static let sealBytes = 1_900
    /// A sealed IPv4 address: head, encapsulated key, four bytes and the cipher's tag.
    private static let evidenceBytes = 65
    private static let clients: UInt64 = 1_000_000
    /// The name of every recipient.
    static let name = "Filled Recipient"

    let site: SiteID
    /// A recipient's place in the array is the number in its handle.
    let recipients: [RecipientID]
    var noise: Noise

    /// `fill0`, `fill1` and so on.
    static func handle(_ number: Int) throws -> Handle { try Handle("fill\(number)") }

    static func recipient(_ number: Int, _ id: RecipientID, at site: SiteID, record: SealedRecord) throws -> Recipient {
        Recipient(
            id: id, site: site, handle: try handle(number), name: try HeaderText(name, limit: 100),
            language: .english, state: .active, record: record)
    }

    /// A letter that was accepted, without an idempotency key and without a limit mark.
    mutating func letter(at moment: Timestamp) throws -> AcceptedLetter {
        let person = Int.random(in: recipients.indices, using: &noise)
        // One in fifty shows a sign of a program that is not enough by itself.
        let parts = Int.random(in: 0..<50, using: &noise) == 0 ? [Verdict.Part(.trapBait, .score(60))] : []
        let entry = SubmissionEntry(
            id: LetterID(at: moment, using: &noise), at: moment, site: site.text, handle: try Self.handle(person).text,
            recipient: recipients[person], verdict: Verdict(.accept, parts: parts), tags: tags(at: moment),
            evidence: noise.bytes(Self.evidenceBytes), letterBytes: Self.letterBytes)
        return AcceptedLetter(entry: entry, seal: noise.bytes(Self.sealBytes), tokens: MailTokens(using: &noise))
    }

    /// A submission that was turned away, by each rule as often as at a form under attack.
    mutating func refusal(at moment: Timestamp) throws -> SubmissionEntry {
        let person = Int.random(in: recipients.indices, using: &noise)
        let rule: Verdict.Rule =
            switch Int.random(in: 0..<100, using: &noise) {
            case 0..<50: .limitClient
            case 50..<65: .unknownRecipient
            case 65..<80: .invalidLetter
            case 80..<90: .block
            case 90..<95: .noLetters
            default: .limitInstallation
            }
        let block = rule == .block ? Int64.random(in: 1...20, using: &noise) : nil
        return SubmissionEntry(
            id: LetterID(at: moment, using: &noise), at: moment, site: site.text,
            handle: rule == .unknownRecipient ? "nobody\(person)" : try Self.handle(person).text,
            recipient: rule == .unknownRecipient ? nil : recipients[person],
            verdict: Verdict(.refuse, parts: [Verdict.Part(rule, .refuse, block: block)]), tags: tags(at: moment),
            evidence: noise.bytes(Self.evidenceBytes), letterBytes: Self.letterBytes)
    }

    /// Of one of a million IPv4 addresses and of its network: others every day, as real ones are.
    private mutating func tags(at moment: Timestamp) -> [Tag] {
        let client = UInt64.random(in: 0..<Self.clients, using: &noise)
        let day = UInt64(bitPattern: Int64(Epoch(containing: moment).day)) &* 0x9E37_79B9_7F4A_7C15
        return [client + 1, 1 << 32 | client / 250].map { Tag(value: (day ^ $0) &* 0xBF58_476D_1CE4_E5B9) }
    }
}
