import PosternCore
import PosternRelay
import PosternStore
import PosternWeb
import Synchronization

/// Gives a fixed answer and keeps what was handed in.
final class FakeSubmissions: SubmissionService {
    struct Broken: Error {}

    private struct Script {
        var answer: SubmissionAnswer
        var contact: Result<Contact?, Broken>
        var submissions: [Submission] = []
    }

    private let script: Mutex<Script>

    private let quota: ClientQuota?
    private let page, prove: LinkToken?

    init(
        _ answer: SubmissionAnswer = .accepted(Example.letterID), contact: Result<Contact?, Broken> = .success(Example.contact()),
        quota: ClientQuota? = nil, page: LinkToken? = nil, prove: LinkToken? = nil
    ) {
        script = Mutex(Script(answer: answer, contact: contact))
        self.quota = quota
        (self.page, self.prove) = (page, prove)
    }

    /// Validates like the real service, and accepts every valid letter.
    static var validating: FakeSubmissions { FakeSubmissions(.invalid(LetterFaults(all: []))) }

    var all: [Submission] { script.withLock { $0.submissions } }

    func submit(_ submission: Submission) async -> SubmissionReply {
        script.withLock { script in
            script.submissions.append(submission)
            guard script.answer == .invalid(LetterFaults(all: [])) else {
                return SubmissionReply(script.answer, quota: quota, page: page, prove: prove)
            }
            do throws(LetterFaults) {
                _ = try submission.letter.validated()
                return SubmissionReply(.accepted(Example.letterID))
            } catch {
                return SubmissionReply(.invalid(error))
            }
        }
    }

    func contact(site: String, handle: String, at now: Timestamp) async throws -> Contact? {
        try script.withLock { try $0.contact.get() }
    }
}

/// Values that the tests share.
enum Example {
    static let letterID = LetterID(high: 0x0199_0000_0000_1234, low: 0xFEDC_BA98_7654_3210)
    static let now = Timestamp(seconds: 1_795_514_709)

    /// A held letter, as the log has it.
    static func entry() -> LogEntry {
        LogEntry(
            SubmissionEntry(
                id: letterID, at: now, site: "photos", handle: "pat", recipient: nil,
                verdict: Verdict(.hold, parts: [.init(.trapBait, .score(60)), .init(.trapToken, .score(40))]),
                tags: [Tag("0000000000abc"), Tag("0000000000def")].compactMap { $0 }, evidence: nil, letterBytes: 1_234,
                repeats: 7))
    }

    static func contact(
        name: String = "Pat Photographer", takesLetters: Bool = true, look: SiteLook = .plain, origins: [WebOrigin] = [],
        asksForProof: Bool = false
    ) -> Contact? {
        guard let site = try? SiteID("photos"), let handle = try? Handle("pat"),
            let siteName = try? HeaderText("Example Photos", limit: 100), let name = try? HeaderText(name, limit: 100)
        else { return nil }
        return Contact(
            site: Site(id: site, name: siteName, origins: origins, look: look), handle: handle, name: name,
            takesLetters: takesLetters, asksForProof: asksForProof)
    }

    static func facts(of site: Site) -> PrivacyFacts {
        PrivacyFacts(
            site: site,
            terms: .init(
                letters: .days(28), evidence: .days(90), outcomes: .days(180), reports: .days(45), epochSuite: "X25519",
                clientLimit: Limit("3,5/1h") ?? .off, counted: [.connection, .address, .text, .recipient], isMailEncrypted: true,
                isDemo: false),
            addressSuite: "X-Wing", lastPurge: now, oldestLetter: now - .days(3), oldestEntry: now - .days(9))
    }

    static var letter: RawLetter {
        var letter = RawLetter()
        letter.name = "Vera Visitor"
        letter.email = "vera@visitor.example"
        letter.subject = "Your photo"
        letter.message = "I like it.\nMay I print it?"
        letter.about = "photo 4711"
        return letter
    }
}

/// Tokens that say what they are: `ours-KEY` or `old`. Any other is foreign.
struct FakeTokens: FormTokenKeeping {
    /// The leading zero tells it from tokens that tests write themselves, such as `ours-7`, which no page may show again.
    func issue(site: String, handle: String, at now: Timestamp) -> String? { "ours-0\(UInt64.random(in: 0 ... .max))" }

    func status(of text: String?, site: String, handle: String, at now: Timestamp) -> FormTokenStatus {
        guard let text, !text.isEmpty else { return .missing }
        if text == "old" { return .expired }
        return text.hasPrefix("ours-") ? .ours(key: text, age: .seconds(30)) : .foreign
    }
}

/// One site, with what a test gives it.
struct FakeSites: SiteLookup {
    struct Broken: Error {}
    var known: Site? = Example.contact(
        origins: [WebOrigin("https://photos.example"), WebOrigin("http://localhost:3000")].compactMap { $0 })?.site
    var file: Logo?
    var facts: PrivacyFacts?
    var isBroken = false

    private func answered<Value>(_ id: String, _ value: Value?) throws -> Value? {
        guard !isBroken else { throw Broken() }
        return known?.id.text == id ? value : nil
    }

    func site(_ id: String) async throws -> Site? { try answered(id, known) }
    func logo(of id: String) async throws -> Logo? { try answered(id, file) }
    func privacyFacts(of id: String) async throws -> PrivacyFacts? { try answered(id, facts ?? known.map(Example.facts)) }
}

/// Gives a fixed answer.
struct FakeHealth: HealthSource {
    var conditions: [HealthCondition] = []
}

struct FakeReadiness: ReadinessSource {
    var value = Readiness()

    func readiness() async -> Readiness { value }
}

/// Gives a fixed answer and keeps the tokens that were handed in.
final class FakeConfirmations: ConfirmationServing {
    private let answer: ConfirmationAnswer
    private let mailAnswer: CodeMailAnswer
    private let state = Mutex<[String]>([])

    init(_ answer: ConfirmationAnswer = .confirmed, mail: CodeMailAnswer = .taken) {
        (self.answer, mailAnswer) = (answer, mail)
    }

    var tokens: [String] { state.withLock { $0 } }

    func confirm(site: String, handle: String, token: String, holder: MailedToken?) async -> ConfirmationAnswer {
        state.withLock { $0.append("\(site)/\(handle)/\(token)" + (holder.map { " by \($0.text)" } ?? "")) }
        return answer
    }

    func mailCode(site: String, handle: String) async -> CodeMailAnswer {
        state.withLock { $0.append("\(site)/\(handle) again") }
        return mailAnswer
    }
}
