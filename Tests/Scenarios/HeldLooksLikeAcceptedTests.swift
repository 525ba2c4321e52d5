import Foundation
import PosternTestSupport
import Testing

@Suite("What is held cannot be told from what is accepted", .serialized, .timeLimit(.minutes(15)))
struct HeldLooksLikeAcceptedTests {
    private static let letters = 10_000

    @Test
    func
        `Neither by status, body and header fields nor by the time it takes: Welch's t stays under 4.5 over 10,000 letters (W7)`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        // Two domains of one length, so that nothing but the verdict differs.
        try await postern.succeed("block", "add", "--domain", "blocked.example", "--reason", "held for this test")
        var randomness = SeededRandomness(seed: 7)
        let first = try await measure(postern, from: 10_000, &randomness)
        var held = first.held
        if abs(first.statistic) >= 4.5 {
            // What a held letter costs more it costs every time; what the machine did meanwhile stays on no side.
            let second = try await measure(postern, from: 10_000 + Self.letters, &randomness)
            held += second.held
            let isAgain = abs(second.statistic) >= 4.5 && (first.statistic < 0) == (second.statistic < 0)
            #expect(!isAgain, "t = \(first.statistic), and over as many letters more \(second.statistic)")
        }
        let counts = try await postern.counts()
        #expect(counts["held"] == held)
        try await postern.stop()
        await server.stop()
    }

    /// Posts as many letters as are compared, about half of which are held, and requires that all are answered alike.
    /// - Parameter start: the number that the first one's text has, of five digits as the last one's.
    /// - Returns: Welch's t of the times, and how many were held.
    private func measure(
        _ postern: Installation, from start: Int, _ randomness: inout SeededRandomness
    ) async throws -> (statistic: Double, held: Int) {
        var samples: [Bool: [Double]] = [true: [], false: []]
        var shapes: [Bool: Set<String>] = [true: [], false: []]
        for number in start..<(start + Self.letters) {
            let isHeld = Bool.random(using: &randomness)
            let fields = [
                "email": "vera@\(isHeld ? "blocked" : "allowed").example",
                "message": "Letter \(number), as long as any other.",
            ]
            let began = ContinuousClock.now
            let answer = try await postern.post(fields)
            let took = (ContinuousClock.now - began) / .milliseconds(1)
            samples[isHeld, default: []].append(took)
            shapes[isHeld, default: []].insert(Self.shape(of: answer))
        }
        #expect(shapes[true] == shapes[false])
        #expect(shapes[true]?.count == 1)
        let held = try #require(samples[true])
        let accepted = try #require(samples[false])
        let statistic = Self.welch(Self.trimmed(held), Self.trimmed(accepted))
        print("held against accepted: Welch's t = \(statistic) over \(held.count) held and \(accepted.count) accepted letters")
        return (statistic, held.count)
    }

    /// All of an answer but what differs from letter to letter: the id, and the date.
    private static func shape(of answer: Web.Answer) -> String {
        let headers = answer.headers.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }.sorted()
        return "\(answer.status)\n\(headers.joined(separator: "\n"))\n\(answer.text.replacing(answer.id ?? "", with: "ID"))"
    }

    /// Without the slowest hundredth: a pause of the machine says nothing of the letter it met.
    private static func trimmed(_ samples: [Double]) -> [Double] {
        Array(samples.sorted().prefix(samples.count - samples.count / 100))
    }

    private static func welch(_ left: [Double], _ right: [Double]) -> Double {
        func moments(_ samples: [Double]) -> (mean: Double, variance: Double) {
            let mean = samples.reduce(0, +) / Double(samples.count)
            return (mean, samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(samples.count - 1))
        }
        let (one, two) = (moments(left), moments(right))
        return (one.mean - two.mean) / (one.variance / Double(left.count) + two.variance / Double(right.count)).squareRoot()
    }
}
