import PosternCore
import PosternMail
import PosternTestSupport
import PosternVault
import Synchronization
import Testing

extension Smarthost {
    /// A smarthost on loopback, without TLS unless told.
    static func loopback(
        _ port: Int, scheme: SmarthostURL.Scheme = .smtp, tls: SmarthostURL.TLS = .off, host: String = "127.0.0.1",
        user: String? = nil, password: String = "pass word ü", caFile: String? = nil
    ) throws -> Smarthost {
        let name = try #require(DomainName("relay.example.org"))
        return Smarthost(
            url: try SmarthostURL("\(scheme.rawValue)://\(host):\(port)", tls: tls), ehloName: name,
            login: user.map { Login(user: $0, password: SecretBytes(Array(password.utf8))) }, caFile: caFile)
    }
}

extension OutgoingMessage {
    static let text = "From: a@relay.example.org\r\nSubject: letter\r\n\r\nGood day.\r\n"

    static func letter(
        to recipient: String = "jo@members.example", text: String = text, sender: String = "b0unce@relay.example.org",
        shown: String? = nil
    ) throws -> OutgoingMessage {
        let recipient = try EmailAddress(recipient)
        return OutgoingMessage(
            bytes: Array(text.utf8), needsSMTPUTF8: recipient.needsSMTPUTF8, envelopeSender: sender, recipient: recipient,
            visitorAddress: try shown.map { try EmailAddress($0) })
    }
}

extension LanePool {
    /// Runs the body with lanes to a server that follows the script; ends both.
    static func with<Result>(
        _ script: Script = Script(), lanes: Int = 1, timeouts: SMTPTimeouts = SMTPTimeouts(), user: String? = nil,
        clock: LaneClock = LaneClock(), log: KeptLog = KeptLog(), _ body: (LanePool, ScriptedSMTPServer) async throws -> Result
    ) async throws -> Result {
        try await ScriptedSMTPServer.with(script) { server in
            let pool = LanePool(
                smarthost: try .loopback(server.port, user: user), lanes: lanes, timeouts: timeouts, logger: log.logger,
                now: { clock.now })
            return try await pool.closing { try await body(pool, server) }
        }
    }

    /// Lanes whose clock stands still.
    convenience init(smarthost: Smarthost, lanes: Int) {
        let clock = LaneClock()
        self.init(smarthost: smarthost, lanes: lanes, logger: KeptLog().logger, now: { clock.now })
    }

    /// Sends that many letters at once.
    func send(count: Int) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            for number in 0..<count { group.addTask { await self.send(try .letter(to: "r\(number)@members.example")) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Sends, and fails the test when the outcome is another.
    @discardableResult
    func expects(
        _ kind: Outcome.Kind, for message: OutgoingMessage, sourceLocation: SourceLocation = #_sourceLocation
    ) async -> Outcome {
        let outcome = await send(message)
        #expect(outcome.kind == kind, "\(outcome)", sourceLocation: sourceLocation)
        return outcome
    }

    /// Runs the body and closes the pool, whatever happens.
    func closing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            let result = try await body()
            await close()
            return result
        } catch {
            await close(within: .zero)
            throw error
        }
    }
}

/// The time that the lanes of a test believe.
final class LaneClock: Sendable {
    private let moment: Mutex<Timestamp>

    init(_ start: Timestamp = Timestamp(seconds: 1_800_000_000)) { moment = Mutex(start) }

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by span: Duration) { moment.withLock { $0 = $0 + span } }
}
