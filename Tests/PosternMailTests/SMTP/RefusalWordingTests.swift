import Foundation
import PosternCore
import PosternMail
import Testing

/// Many ways to say one thing, each in a row of `wordings.tsv` with the kind of thing it is: what is ours and not the recipient's, what
/// is the recipient's and not ours, what passes, and the same in the languages of European providers. They follow what providers are
/// reported to write, one word exchanged for another; what was seen as it stands has its source in `replies.tsv`.
@Suite("S1, S2: a refusal means the same in other words")
struct RefusalWordingTests {
    struct Row: Sendable {
        let what: String
        let stage: DeliveryStage
        let cause: Outcome.Cause
        let reply: String
    }

    static func rows() throws -> [Row] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("wordings.tsv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
        return try lines.map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 4, "\(line)")
            return Row(
                what: fields[0], stage: try #require(DeliveryStage(rawValue: fields[1]), "\(line)"),
                cause: try #require(Outcome.Cause(rawValue: fields[2]), "\(line)"), reply: fields[3])
        }
    }

    private static let envelope = EnvelopeAddresses(
        sender: "t0ken@relay.example", user: "login@provider.example", recipient: "Jo@members.example")

    @Test func `Every wording is judged as what it means`() throws {
        let rows = try Self.rows()
        #expect(rows.count == 413)
        for row in rows {
            let outcome = ReplyCorpusTests.outcome(of: row.reply, at: row.stage, envelope: Self.envelope)
            #expect(outcome.cause == row.cause, "\(row.what): \(row.stage) \(row.reply)")
        }
    }

    @Test func `What is ours ends no letter and is counted by the breaker, and what is somebody else's is not`() throws {
        for row in try Self.rows() {
            let outcome = ReplyCorpusTests.outcome(of: row.reply, at: row.stage, envelope: Self.envelope)
            #expect((outcome.health == .trouble) == row.cause.isAboutUs, "\(row.reply)")
            if row.cause.isAboutUs || row.cause == .now { #expect(outcome.kind != .failed, "\(row.reply)") }
        }
    }

    @Test(arguments: ["5.2.2: full", "[5.2.2] full", "(5.2.2) full", "#5.2.2 full", "5.2.2. full"])
    func `A status is not repeated in the text, whatever signs are around it`(line: String) {
        let reply = SMTPReply(code: 552, lines: [line, line])
        #expect(reply.enhanced == EnhancedStatus(5, 2, 2))
        #expect(reply.text == "full full")
    }
}
