import PosternCore
import PosternRelay
import PosternTestSupport
import Testing

@Suite("A form's token says when the form was shown, and nobody else can make one")
struct FormTokensTests {
    private static let now = IntakeFixture.now
    /// A relay has the keys of today and tomorrow.
    private static func tokens(on day: Epoch) -> FormTokens {
        FormTokens(randomness: .seeded(1)) { $0 == day || $0 == day.next ? IntakeFixture.tagKey(of: $0) : nil }
    }

    private let tokens = Self.tokens(on: Epoch(containing: now))

    // A day, over midnight and restarts; after that the form is old.
    @Test(arguments: [
        (Duration.zero, true), (.minutes(5), true), (.hours(23), true), (.hours(24), false), (.hours(47), false),
        (.days(9), false),
    ])
    func `A token is good for a day`(age: Duration, isGood: Bool) throws {
        let token = try #require(tokens.issue(at: Self.now))
        let later = Self.now + age
        let status = Self.tokens(on: Epoch(containing: later)).status(of: token, at: later)
        if isGood {
            guard case .ours(_, let seen) = status else {
                Issue.record("\(status)")
                return
            }
            #expect(seen == age)
        } else {
            #expect(status == .expired)
        }
    }

    @Test func `Each form has its own key, and one form always the same key`() throws {
        func key(_ token: String) throws -> String {
            guard case .ours(let key, _) = tokens.status(of: token, at: Self.now) else { throw Failure() }
            return key
        }
        let (one, two) = (try #require(tokens.issue(at: Self.now)), try #require(tokens.issue(at: Self.now)))
        #expect(try key(one) == key(one))
        #expect(try key(one) != key(two))
    }

    @Test func `A token with any character changed is not ours`() throws {
        let token = try #require(tokens.issue(at: Self.now))
        for index in token.indices {
            var changed = token
            changed.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            let status = tokens.status(of: changed, at: Self.now)
            #expect(status == .foreign || status == .expired)
        }
    }

    @Test(
        arguments: [
            (nil, FormTokenStatus.missing), ("", .missing), ("x", .foreign), (String(repeating: "A", count: 59), .expired),
            (String(repeating: "A", count: 900), .foreign), ("ü", .foreign),
        ] as [(String?, FormTokenStatus)])
    func `Another text is not a token, or is an old one`(text: String?, status: FormTokenStatus) {
        #expect(tokens.status(of: text, at: Self.now) == status)
    }

    @Test func `Without a key there is no token`() {
        #expect(FormTokens(randomness: .seeded(1)) { _ in nil }.issue(at: Self.now) == nil)
    }

    // One sign counts; only two together hold a letter.
    @Test(arguments: [
        (FormTokenStatus.ours(key: "k", age: .seconds(30)), false, Verdict.Decision.accept),
        (.ours(key: "k", age: .seconds(1)), false, .accept),
        (.missing, false, .accept), (.ours(key: "k", age: .seconds(30)), true, .accept), (.foreign, true, .hold),
        (.ours(key: "k", age: .milliseconds(200)), true, .hold),
    ])
    func `Signs of a program add up`(token: FormTokenStatus, isBaitTaken: Bool, decision: Verdict.Decision) {
        #expect(Verdict(of: FormSignals(token: token, isBaitTaken: isBaitTaken).parts).decision == decision)
    }

    private struct Failure: Error {}
}
