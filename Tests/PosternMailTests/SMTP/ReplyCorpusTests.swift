import CCurl
import Foundation
import PosternCore
import PosternMail
import Testing

/// What servers answered elsewhere, each with the page where somebody reported it.
///
/// The rules were written from the standards and providers' documentation, and corrected on the rows of part `seen`. The others were
/// collected and given their meaning after that: of these 195, the rules as they were then judged 167 right, and took 5 that were
/// about us or about now for the recipient's. They were corrected on these too. Of the 123 of part `later`, collected after that,
/// they judged 106 right, and took 5 that were about us for the recipient's. Most of these are what receiving servers say. Of the 102
/// of part `submission`, what smarthosts say to their own customers, they judged 87 right; of the others they took one that was about
/// us for the recipient's, and nine for something that passes, for which no breaker opens.
///
/// iCloud's answer after the text, that "a domain" in the mail is in the DBL, is open: it says so of a link that a stranger wrote as
/// well as of our own domain, and refusals of several letters tell the two apart.
@Suite("Replies from public reports are judged as what they meant")
struct ReplyCorpusTests {
    /// What a reply turned out to be about.
    enum Meaning: String {
        case us, now, recipient
        /// The words name no one, or the letter: other letters decide.
        case open
    }

    struct Row: Sendable {
        let part: String
        let stage: DeliveryStage
        let meaning: Meaning
        let reply: String
        let source: String
    }

    static func rows() throws -> [Row] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("replies.tsv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
        return try lines.map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 6, "\(line)")
            return Row(
                part: fields[0], stage: try #require(DeliveryStage(rawValue: fields[2]), "\(line)"),
                meaning: try #require(Meaning(rawValue: fields[3]), "\(line)"), reply: fields[4], source: fields[5])
        }
    }

    /// The outcome of an attempt that ended with this reply.
    static func outcome(of reply: String, at stage: DeliveryStage, envelope: EnvelopeAddresses? = nil) -> Outcome {
        let way =
            switch stage {
            case .mailFrom: Transcript.Way.mail
            case .login: Transcript.Way.auth
            case .data: Transcript.Way.data
            case .finalDot: Transcript.Way.text
            default: Transcript.Way.rcpt
            }
        return OutcomeClassifier.outcome(
            CURLE_WEIRD_SERVER_REPLY, Transcript("\(way) | < \(reply)"), envelope: envelope, redaction: Redaction())
    }

    static func meaning(of outcome: Outcome) -> Meaning? {
        switch (outcome.kind, outcome.cause) {
        case (.ourFault, _),
            (.deferred, _) where outcome.cause?.isAboutUs == true:
            .us
        case (.deferred, .now): .now
        case (.failed, .recipient): .recipient
        case (.failed, .letter), (.failed, .unclear): .open
        default: nil
        }
    }

    @Test func `Every reply of the corpus is judged right, each with its source`() throws {
        let rows = try Self.rows()
        #expect(rows.count == 643)
        #expect(Set(rows.map(\.reply)).count == rows.count, "no reply stands here twice")
        for row in rows {
            let outcome = Self.outcome(of: row.reply, at: row.stage)
            #expect(
                Self.meaning(of: outcome) == row.meaning,
                "\(row.part) \(row.reply) (\(row.source)): \(outcome.kind) \(String(describing: outcome.cause))")
            #expect(row.source.hasPrefix("https://"))
        }
    }

    @Test func `No reply that was about us ends a letter, whatever the stage`() throws {
        // What names nobody is about us at MAIL, and only there.
        for row in try Self.rows() where row.meaning == .us && row.stage != .mailFrom {
            for stage in [DeliveryStage.mailFrom, .recipient, .data, .finalDot] {
                let outcome = Self.outcome(of: row.reply, at: stage)
                #expect(outcome.kind != .failed, "\(stage) \(row.reply)")
                // What is too big for the account says nothing about the next letter.
                let isOfOneLetter = outcome.cause == .content && stage == .finalDot
                #expect(outcome.health == (isOfOneLetter ? .reached : .trouble), "\(stage) \(row.reply)")
            }
        }
    }
}
