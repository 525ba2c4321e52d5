import Foundation
import PosternTestSupport
import Testing

@Suite("A muted visitor's posts and pages cannot be told from another's", .serialized, .timeLimit(.minutes(40)))
struct MutedLooksLikeHeardTests {
    /// Of each of the two. As many as the requirement on time names where times are judged; enough to compare the bytes otherwise.
    private static let pairs = Figure.areJudged ? 10_000 : 200

    @Test func `Neither by status, body and header fields nor by the time it takes (V4)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_WITHDRAWAL": "off"])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        // Two domains of one length, so that nothing but the mute differs.
        let (muted, heard) = ("vera@muted.example", "vera@heard.example")
        let both = Correspondence(postern, server, recipient: "pat@private.example", visitor: muted)
        _ = try await postern.post(["email": muted, "subject": "First"])
        let mail = try #require(try await both.mails(to: both.recipient, count: 1).first)
        #expect(try await both.press(try both.link("mute", in: mail), ["action": "mute"], as: both.recipient).status == 200)

        var randomness = SeededRandomness(seed: 4)
        var (next, held) = (10_000, 0)
        let posts = try await TimeComparison.statistic {
            let samples = try await pairs(of: [muted, heard], &randomness) { address, number in
                try await postern.post(["email": address, "message": "Letter \(next + number), as long as any other."])
            }
            next += Self.pairs
            held += Self.pairs
            return samples
        }
        #expect(TimeComparison.note("posts of a muted visitor against another's, \(Self.pairs) pairs", posts))

        // The pages of two letters that look as if both had been delivered.
        var pages: [String] = []
        for address in [muted, heard] {
            let page = try #require(try await postern.post(["email": address, "subject": "The last one"]).visitorPage)
            pages.append(page)
        }
        held += 1
        try await eventually("everything is where it belongs", within: .seconds(300)) {
            let counts = try await postern.counts()
            return counts["ready"] == 0 && counts["leased"] == 0 && counts["held"] == held
        }
        let looks = try await TimeComparison.statistic {
            try await pairs(of: pages, &randomness) { page, _ in try await postern.get(page) }
        }
        #expect(TimeComparison.note("pages of a muted visitor against another's, \(Self.pairs) pairs", looks))
        #expect(try await postern.get(pages[0]).text.contains("delivered"))
        try await postern.stop()
        await server.stop()
    }

    /// Makes the two requests of each pair one after the other, now the one first and now the other, and requires that all are
    /// answered alike.
    private func pairs(
        of two: [String], _ randomness: inout SeededRandomness, _ request: (String, Int) async throws -> Web.Answer
    ) async throws -> (left: [Double], right: [Double]) {
        var samples: [[Double]] = [[], []]
        var shapes: [Set<String>] = [[], []]
        for number in 0..<Self.pairs {
            for side in Bool.random(using: &randomness) ? [0, 1] : [1, 0] {
                var answer: Web.Answer?
                samples[side].append(try await TimeComparison.milliseconds { answer = try await request(two[side], number) })
                shapes[side].insert(try #require(answer).timelessShape)
            }
        }
        #expect(shapes[0] == shapes[1])
        #expect(shapes[0].count == 1, "\(shapes[0].sorted().prefix(2))")
        return (left: samples[0], right: samples[1])
    }
}

extension Web.Answer {
    /// The visitor's page that an accepted letter's answer names, without host.
    fileprivate var visitorPage: String? {
        text.firstMatch(of: /\/letter\/[0-9a-z]{36}/).map { String($0.output) }
    }

    /// Without the times on a page and its form's token, too.
    fileprivate var timelessShape: String {
        shape.replacing(/[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?/, with: "TIME").replacing(formToken ?? "…", with: "TOKEN")
            .replacing(/datetime="[^"]*"/, with: "")
    }
}
