import Foundation
import NIOCore
import PosternTestSupport
import Synchronization
import Testing

/// An installation in a folder of its own, served by the built program as an operator would run it.
final class Installation: Sendable {
    let home: String
    /// The store's file, where a test has not set another.
    var store: String { home + "/store/postern.sqlite" }
    let port: Int
    let staffPort: Int
    private let ownSettings: [String: String]
    private let clock = Mutex<FakeClock?>(nil)
    private let staff = Mutex<String?>(nil)
    private let folder: TemporaryFolder
    private let serving = Serving()

    /// Makes the installation with one site, `photos`, and does not start it.
    /// - Parameters:
    ///   - settings: replace those that every test needs.
    ///   - place: the path of its home; nil for a temporary one.
    ///   - isOpen: whether other users can reach the home through the folders above it.
    ///   - isMade: false for settings that `init` would refuse: then `init` runs with those that every test needs.
    init(
        smtpPort: Int, settings: [String: String] = [:], home place: String? = nil, isOpen: Bool = false, isMade: Bool = true,
        addressSuite: String = "x-wing"
    ) async throws {
        folder = try TemporaryFolder()
        if isOpen { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
        home = place ?? folder.path("home")
        port = try FreePort.find()
        staffPort = try FreePort.find()
        let common = [
            "POSTERN_LISTEN": "127.0.0.1:\(port)", "POSTERN_STAFF_LISTEN": "127.0.0.1:\(staffPort)",
            "POSTERN_SMTP_URL": "smtp://127.0.0.1:\(smtpPort)", "POSTERN_SMTP_TLS": "off", "POSTERN_LIMIT_CLIENT": "off",
            "POSTERN_LIMIT_RECIPIENT": "off", "POSTERN_LIMIT_GLOBAL": "off", "POSTERN_LIMIT_WAVE": "off",
        ]
        ownSettings = common.merging(settings) { $1 }
        let made = try await Program.run(
            Program.postern,
            [
                "init", "--home", home, "--public-url", "http://127.0.0.1:\(port)", "--mail-from", "contact@relay.example.org",
                "--smtp-url", "smtp://127.0.0.1:\(smtpPort)", "--site", "photos", "--site-name", "Example Photos",
                "--address-suite", addressSuite,
            ], environment: isMade ? ownSettings : common)
        try #require(made.status == 0, "\(made.output)\(made.errors)")
    }

    /// The settings, and the clock of this installation.
    var settings: [String: String] {
        ownSettings.merging(clock.withLock { $0 }?.environment ?? [:]) { own, clock in
            // Both may preload a library; they share no other name.
            "\(clock):\(own)"
        }
    }

    /// Gives programs started from now on another time; nil for the real one.
    func setClock(_ other: FakeClock?) {
        clock.withLock { $0 = other }
    }

    /// Of the member of staff that tests look at pages as.
    var staffCookie: String? {
        get { staff.withLock { $0 } }
        set { staff.withLock { $0 = newValue } }
    }

    deinit {
        serving.killAll()
    }

    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }
    private var logPath: String { folder.path("serve.log") }

    // MARK: - Commands

    @discardableResult
    func command(_ arguments: String..., input: String = "") async throws -> Finished {
        try await run(arguments, input: input)
    }

    /// Runs a command and requires that it ends with 0.
    @discardableResult
    func succeed(_ arguments: String..., input: String = "") async throws -> Finished {
        let finished = try await run(arguments, input: input)
        try #require(finished.status == 0, "postern \(arguments.joined(separator: " ")): \(finished.output)\(finished.errors)")
        return finished
    }

    func run(_ arguments: [String], input: String = "") async throws -> Finished {
        try await Program.run(Program.postern, arguments + ["--home", home], environment: settings, input: input)
    }

    func addRecipient(_ handle: String, _ address: String, name: String = "Pat Photographer", confirmed: Bool = true) async throws
    {
        let arguments = ["recipient", "add", handle, "--site", "photos", "--name", name] + (confirmed ? ["--confirmed"] : [])
        let finished = try await run(arguments, input: address + "\n")
        try #require(finished.status == 0, "\(finished.output)\(finished.errors)")
    }

    /// State → number of deliveries.
    func counts() async throws -> [String: Int] {
        try JSONDecoder().decode([String: Int].self, from: Data(try await succeed("queue", "count", "--json").output.utf8))
    }

    // MARK: - Serving

    /// Starts `postern serve` and returns once it is ready.
    func start(within limit: Duration = .seconds(60)) async throws {
        try await serving.start(Program.postern, ["serve", "--home", home], environment: settings, log: logPath)
        do {
            try await eventually("ready", within: limit) {
                try #require(self.serving.isRunning, "serve ended: \(self.log.suffix(2_000))")
                return await self.isReady()
            }
        } catch let late as NotInTime {
            let said = try await Program.run("curl", ["-si", "--max-time", "5", "http://127.0.0.1:\(port)/ready"])
            throw Failure("\(late); curl (\(said.status)) is told: \(said.output); the log ends in:\n\(log.suffix(3_000))")
        }
    }

    /// As `start`, from a terminal.
    func startInTerminal() async throws {
        try await serving.start(
            "/usr/bin/script", ["-qefc", "exec \(Program.postern) serve --home \(home)", "/dev/null"], environment: settings,
            log: logPath)
        try await eventually("ready", within: .seconds(60)) { await self.isReady() }
    }

    func isReady() async -> Bool {
        (try? await Web.get("http://127.0.0.1:\(port)/ready", within: .seconds(5)))?.status == 200
    }

    /// SIGTERM, then waits for the end.
    /// - Returns: the exit status.
    @discardableResult
    func stop(within limit: Duration = .seconds(40)) async throws -> Int32 {
        serving.signal(SIGTERM)
        return try await serving.end(within: limit)
    }

    /// Waits for `serve` to end by itself.
    func end(within limit: Duration) async throws -> Int32 {
        try await serving.end(within: limit)
    }

    /// Starts `postern serve` without waiting for anything.
    func startOnly() async throws {
        try await serving.start(Program.postern, ["serve", "--home", home], environment: settings, log: logPath)
    }

    func pid(of process: Processes) -> Int32? { serving.pid(of: process) }

    /// Sends one process of the service a signal, SIGKILL by default.
    func kill(_ process: Processes, _ signal: Int32 = SIGKILL) {
        serving.kill(process, signal)
    }

    /// Kills the whole service (SIGKILL), at any moment of its life. Returns when none of its processes runs any more.
    func cutOff() async throws {
        let processes = serving.killTree()
        try await eventually("every process is gone", within: .seconds(60)) {
            !self.serving.isRunning && processes.allSatisfy { !Serving.isAlive($0) }
        }
    }

    // MARK: - Letters

    /// Posts a JSON letter.
    /// - Parameter client: the client a trusted proxy names; the settings must trust 127.0.0.1.
    func post(
        _ fields: [String: String] = [:], to handle: String = "pat", key: String? = nil, from client: String? = nil
    ) async throws -> Web.Answer {
        var letter = ["name": "Vera Visitor", "email": "vera@visitor.example", "subject": "Your photo", "message": "I like it."]
        letter.merge(fields) { $1 }
        var headers = [("Content-Type", "application/json")]
        if let key { headers.append(("Idempotency-Key", key)) }
        if let client { headers.append(("X-Forwarded-For", client)) }
        return try await Web.post(
            "http://127.0.0.1:\(port)/api/v1/sites/photos/recipients/\(handle)/letters", body: try JSONEncoder().encode(letter),
            headers: headers)
    }

    func get(_ path: String) async throws -> Web.Answer { try await Web.get("http://127.0.0.1:\(port)\(path)") }

    func form(_ fields: [String: String], to handle: String = "pat") async throws -> Web.Answer {
        let body = fields.map { "\($0.formEncoded)=\($1.formEncoded)" }.joined(separator: "&")
        return try await Web.post(
            "http://127.0.0.1:\(port)/c/photos/\(handle)", body: Data(body.utf8),
            headers: [("Content-Type", "application/x-www-form-urlencoded")])
    }
}

/// A test's own reason for giving up.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension String {
    fileprivate var formEncoded: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
