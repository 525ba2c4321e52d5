private import Foundation
internal import Glibc
internal import PosternHost
internal import Subprocess
private import Synchronization
private import SystemPackage

/// `postern serve` on a scratch installation, and its two children.
final class ScratchService: Sendable {
    private enum State {
        case idle
        case starting
        case running(pid_t)
        case ended
    }

    private let state = Mutex(State.idle)

    /// Returns once the process exists; it may not be ready yet.
    func start(home: String, environment: [String: String], log: String) async throws {
        let file = try FileDescriptor.open(log, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        let program = try PosternProgram.path()
        state.withLock { $0 = .starting }
        // Unstructured: it lasts until the service ends, across many calls. `kill` and `stop` wait for that end.
        Task {
            _ = try? await Subprocess.run(
                .path(FilePath(program)), arguments: ["serve", "--home", home],
                environment: .scratch(environment), input: .none,
                output: .fileDescriptor(file, closeAfterSpawningProcess: false),
                error: .fileDescriptor(file, closeAfterSpawningProcess: true)
            ) { execution in
                state.withLock { $0 = .running(execution.processIdentifier.value) }
            }
            state.withLock { $0 = .ended }
        }
        try await wait("serve starts", for: .seconds(10)) {
            if case .starting = self.state.withLock({ $0 }) { false } else { true }
        }
    }

    private var supervisor: pid_t? {
        state.withLock { if case .running(let pid) = $0 { pid } else { nil } }
    }

    var isRunning: Bool { supervisor != nil }

    func pid(of child: ProcessRole) -> pid_t? {
        guard let supervisor else { return nil }
        return Self.children(of: supervisor).first { Self.arguments(of: $0).dropFirst().first == child.rawValue }
    }

    /// Kills all three at once (SIGKILL).
    func kill() async throws {
        // The supervisor first: it would start the others again.
        for pid in [supervisor, pid(of: .relay), pid(of: .vault)].compactMap({ $0 }) { _ = Glibc.kill(pid, SIGKILL) }
        try await wait("everything is killed", for: .seconds(20)) { !self.isRunning }
    }

    func stop() async throws {
        guard let supervisor else { return }
        _ = Glibc.kill(supervisor, SIGTERM)
        try await wait("serve ends", for: .seconds(60)) { !self.isRunning }
    }

    private static func children(of parent: pid_t) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { pid in
            guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let end = status.lastIndex(of: ")")
            else { return false }
            // The fields after the name in brackets: state, parent.
            return status[status.index(after: end)...].split(separator: " ").dropFirst().first.flatMap { pid_t($0) } == parent
        }
    }

    private static func arguments(of pid: pid_t) -> [String] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Asks again and again until the condition holds.
/// - Throws: `DriveFault` when it does not hold in time.
func wait(_ what: String, for limit: Duration, until isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw DriveFault("\(what): not within \(limit)") }
        try await Task.sleep(for: .milliseconds(50))
    }
}

extension Subprocess.Environment {
    /// The caller's environment without its POSTERN_ settings, except the one that names the templates.
    static func scratch(_ settings: [String: String]) -> Subprocess.Environment {
        let kept = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("POSTERN_") || $0.key == "POSTERN_TEMPLATES" }
        let values = kept.merging(settings) { $1 }.map { (Key(stringLiteral: $0.key), $0.value) }
        return .custom(Dictionary(values) { $1 })
    }
}
