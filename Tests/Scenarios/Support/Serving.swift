import Foundation
import PosternTestSupport
import Subprocess
import Synchronization
import SystemPackage

/// The processes of a running service.
enum Processes: String, CaseIterable, Sendable {
    case supervisor, relay, vault, all
}

/// A running program, usually `postern serve`, and its children, found by their parent and their arguments.
///
/// Started through Subprocess: Foundation's Process notices the end by a descriptor that every program started meanwhile
/// inherits, so it notices late or never when tests run in parallel.
final class Serving: Sendable {
    private enum State {
        case idle
        case starting
        case running(Int32)
        /// -1 when a signal ended it.
        case ended(Int32)
    }

    private let state = Mutex(State.idle)

    func start(_ program: String, _ arguments: [String], environment: [String: String], log: String) async throws {
        let file = try FileDescriptor.open(log, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        let values = Program.clean(environment).map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        state.withLock { $0 = .starting }
        // Unstructured: it lasts until the program ends, whatever the test does meanwhile.
        Task {
            let ended = try? await Subprocess.run(
                .path(FilePath(program)), arguments: Arguments(arguments), environment: .custom(Dictionary(values) { $1 }),
                input: .none, output: .fileDescriptor(file, closeAfterSpawningProcess: false),
                error: .fileDescriptor(file, closeAfterSpawningProcess: true)
            ) { execution in
                let pid = execution.processIdentifier.value
                state.withLock { $0 = .running(pid) }
            }
            var status: Int32 = -1
            if case .exited(let code) = ended?.terminationStatus { status = code }
            state.withLock { $0 = .ended(status) }
        }
        try await eventually("serve was started") {
            self.state.withLock { state in
                switch state {
                case .running, .ended: true
                case .idle, .starting: false
                }
            }
        }
    }

    var isRunning: Bool { supervisor != nil }

    private var supervisor: Int32? {
        let started = state.withLock { state -> Int32? in
            if case .running(let pid) = state { pid } else { nil }
        }
        // Or what was started in a terminal of its own, by another program.
        return started.map { started in
            Self.children(of: started).first { Self.arguments(of: $0).dropFirst().first == "serve" } ?? started
        }
    }

    func signal(_ number: Int32) {
        if let pid = pid(of: .supervisor) { _ = Foundation.kill(pid, number) }
    }

    func end(within limit: Duration) async throws -> Int32 {
        try await eventually("serve has ended", within: limit) { !self.isRunning }
        return state.withLock { state in
            if case .ended(let status) = state { status } else { -1 }
        }
    }

    func pid(of wanted: Processes) -> Int32? {
        guard let supervisor else { return nil }
        guard wanted != .supervisor else { return supervisor }
        return Self.children(of: supervisor).first { Self.arguments(of: $0).dropFirst().first == wanted.rawValue }
    }

    func kill(_ wanted: Processes, _ number: Int32) {
        switch wanted {
        case .all:
            // Children first: the supervisor would start them again.
            for pid in [pid(of: .supervisor), pid(of: .relay), pid(of: .vault)].compactMap({ $0 }) {
                _ = Foundation.kill(pid, number)
            }
        case .supervisor, .relay, .vault:
            if let pid = pid(of: wanted) { _ = Foundation.kill(pid, number) }
        }
    }

    func killAll() {
        kill(.all, SIGKILL)
    }

    /// Kills the program and all its children (SIGKILL), including those that are just being started.
    /// - Returns: their process ids.
    func killTree() -> [Int32] {
        guard let supervisor else { return [] }
        // While it is stopped it starts no other child.
        _ = Foundation.kill(supervisor, SIGSTOP)
        let all = Self.children(of: supervisor) + [supervisor]
        for pid in all { _ = Foundation.kill(pid, SIGKILL) }
        return all
    }

    /// A zombie, which has ended but has not been reaped, is not alive.
    static func isAlive(_ pid: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let end = status.lastIndex(of: ")")
        else { return false }
        return status[status.index(after: end)...].split(separator: " ").first != "Z"
    }

    private static func children(of parent: Int32) -> [Int32] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.filter { pid in
            guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let end = status.lastIndex(of: ")")
            else { return false }
            // The fields after the name in brackets: state, parent.
            return status[status.index(after: end)...].split(separator: " ").dropFirst().first.flatMap { Int32($0) } == parent
        }
    }

    private static func arguments(of pid: Int32) -> [String] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
