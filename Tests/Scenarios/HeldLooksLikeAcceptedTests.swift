import Foundation
import PosternTestSupport
import Testing

@Suite("What is held cannot be told from what is accepted", .serialized, .timeLimit(.minutes(40)))
struct HeldLooksLikeAcceptedTests {
    /// As many as the requirement on time names where times are judged; enough to compare the answers otherwise.
    private static let letters = Figure.areJudged ? 10_000 : 400

    @Test func `Neither by status, body and header fields nor by the time it takes (W7)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        // Two domains of one length, so that nothing but the verdict differs.
        try await postern.succeed("block", "add", "--domain", "blocked.example", "--reason", "held for this test")
        var randomness = SeededRandomness(seed: 7)
        // The number in a text: each has as many digits as the last one's.
        var (next, held) = (10_000, 0)
        let statistic = try await TimeComparison.statistic {
            let samples = try await measure(postern, from: next, &randomness)
            next += Self.letters
            held += samples.left.count
            return samples
        }
        #expect(TimeComparison.note("held against accepted, \(Self.letters) letters", statistic))
        let counts = try await postern.counts()
        #expect(counts["held"] == held)
        try await postern.stop()
        await server.stop()
    }

    /// Posts the letters to compare, about half of which are held, and requires that all are answered alike.
    /// - Returns: the times of those that are held, and of the others.
    private func measure(
        _ postern: Installation, from start: Int, _ randomness: inout SeededRandomness
    ) async throws -> (left: [Double], right: [Double]) {
        var samples: [Bool: [Double]] = [true: [], false: []]
        var shapes: [Bool: Set<String>] = [true: [], false: []]
        for number in start..<(start + Self.letters) {
            let isHeld = Bool.random(using: &randomness)
            let fields = [
                "email": "vera@\(isHeld ? "blocked" : "allowed").example",
                "message": "Letter \(number), as long as any other.",
            ]
            var answer: Web.Answer?
            let took = try await TimeComparison.milliseconds { answer = try await postern.post(fields) }
            samples[isHeld, default: []].append(took)
            shapes[isHeld, default: []].insert(try #require(answer).shape)
        }
        #expect(shapes[true] == shapes[false])
        #expect(shapes[true]?.count == 1)
        return (left: try #require(samples[true]), right: try #require(samples[false]))
    }
}

extension Web.Answer {
    /// An answer without what differs from letter to letter: the id, the visitor's link and the date.
    var shape: String {
        let headers = headers.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }.sorted()
        let text = text.replacing(id ?? "…", with: "ID").replacing(/\/letter\/[0-9a-z]{36}/, with: "/letter/LINK")
        return "\(status)\n\(headers.joined(separator: "\n"))\n\(text)"
    }
}
