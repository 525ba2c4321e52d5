private import Foundation
internal import PosternCore
internal import PosternProof
private import Subprocess

/// An installation in a scratch folder, used as operators and visitors would. Everything it says is recorded.
struct ScratchInstallation: Sendable {
    let folder: ScratchFolder
    let visitors: WebProbe
    let staff: WebProbe
    let seen: SeenLedger
    let service = ScratchService()
    private let settings: [String: String]

    /// Makes the installation, with one site, and does not start it.
    init(folder: ScratchFolder, smarthostPort: Int, seen: SeenLedger) async throws {
        (self.folder, self.seen) = (folder, seen)
        let ports = try await WebProbe.freePorts(2)
        visitors = WebProbe(port: ports[0], seen: seen)
        staff = WebProbe(port: ports[1], seen: seen)
        settings = [
            "POSTERN_LISTEN": "127.0.0.1:\(ports[0])", "POSTERN_STAFF_LISTEN": "127.0.0.1:\(ports[1])", "POSTERN_SMTP_TLS": "off",
            // As verbose as it gets.
            "POSTERN_LOG_LEVEL": "trace", "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32", "POSTERN_LIMIT_CLIENT": "4,4/1h",
            "POSTERN_LIMIT_SENDER": "off", "POSTERN_LIMIT_TEXT": "off", "POSTERN_LIMIT_RECIPIENT": "6/1h",
            "POSTERN_LIMIT_GLOBAL": "off", "POSTERN_LIMIT_REQUESTS": "off", "POSTERN_LIMIT_WAVE": "off",
        ]
        try await succeed([
            "init", "--public-url", "http://127.0.0.1:\(ports[0])", "--mail-from", "contact@relay.example.org", "--smtp-url",
            "smtp://127.0.0.1:\(smarthostPort)", "--site", "photos", "--site-name", "Example Photos",
        ])
    }

    /// Runs a command of `postern` on it.
    @discardableResult
    func command(_ arguments: [String], input: String = "", with more: [String: String] = [:]) async throws
        -> PosternProgram.Finished
    {
        let finished = try await PosternProgram.run(
            arguments + ["--home", folder.home], input: input, environment: .scratch(settings.merging(more) { $1 }))
        let name = "postern \(arguments.prefix(3).joined(separator: " "))"
        seen.note(Place(.output, name), finished.output)
        seen.note(Place(.output, "\(name), errors"), finished.errors)
        return finished
    }

    /// - Throws: `DriveFault` when it ends with anything but 0.
    @discardableResult
    func succeed(_ arguments: [String], input: String = "") async throws -> [UInt8] {
        let finished = try await command(arguments, input: input)
        guard finished.status == 0 else {
            throw DriveFault(
                "postern \(arguments.prefix(3).joined(separator: " ")) ended with \(finished.status.map(String.init) ?? "a signal")"
            )
        }
        return finished.output
    }

    /// Runs a command that must be refused.
    func fail(_ arguments: [String], input: String = "", with more: [String: String] = [:]) async throws {
        let finished = try await command(arguments, input: input, with: more)
        guard let status = finished.status, status > 0 else {
            throw DriveFault("postern \(arguments.prefix(3).joined(separator: " ")) should have been refused")
        }
    }

    func start() async throws {
        try await service.start(home: folder.home, environment: settings, log: folder.log)
        try await wait("the scratch installation is ready", for: .seconds(60)) {
            guard service.isRunning else { throw DriveFault("serve ended; \(folder.log) says why") }
            return await visitors.isReady()
        }
    }

    private struct Waiting: Decodable {
        let attempts: Int
    }

    /// Waits until every letter has been tried at least once and none is under way.
    func settle() async throws {
        try await wait("every letter has been tried", for: .seconds(120)) {
            let leased = try await decoded(["queue", "list", "--state", "leased", "--limit", "10000", "--json"])
            let ready = try await decoded(["queue", "list", "--state", "ready", "--limit", "10000", "--json"])
            return leased.isEmpty && ready.allSatisfy { $0.attempts > 0 }
        }
    }

    private func decoded(_ arguments: [String]) async throws -> [Waiting] {
        try JSONDecoder().decode([Waiting].self, from: Data(try await succeed(arguments)))
    }

    /// State → number of deliveries.
    func counts() async throws -> [String: Int] {
        try JSONDecoder().decode([String: Int].self, from: Data(try await succeed(["queue", "count", "--json"])))
    }
}
