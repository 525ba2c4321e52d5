import Foundation
import PosternTestSupport
import Synchronization

/// The processes of a running service.
enum Processes: String, CaseIterable, Sendable {
    case supervisor, relay, vault, all
}

/// A running `postern serve` and its children, found by their parent and their arguments.
final class Serving: Sendable {
    private let process = Mutex<Process?>(nil)

    func start(_ program: String, _ arguments: [String], environment: [String: String], log: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = Program.clean(environment)
        if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
        let handle = FileHandle(forWritingAtPath: log)
        try handle?.seekToEnd()
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process.withLock { $0 = process }
    }

    var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    func signal(_ number: Int32) {
        if let pid = pid(of: .supervisor) { _ = Foundation.kill(pid, number) }
    }

    func end(within limit: Duration) async throws -> Int32 {
        try await eventually("serve has ended", within: limit) { !self.isRunning }
        return process.withLock { $0?.terminationStatus ?? -1 }
    }

    func pid(of wanted: Processes) -> Int32? {
        guard let supervisor = process.withLock({ $0?.isRunning == true ? $0?.processIdentifier : nil }) else { return nil }
        guard wanted != .supervisor else { return supervisor }
        return Self.children(of: supervisor).first { Self.arguments(of: $0).dropFirst().first == wanted.rawValue }
    }

    func kill(_ wanted: Processes, _ number: Int32) {
        switch wanted {
        case .all:
            // Children first: the supervisor would start them anew.
            for pid in [pid(of: .supervisor), pid(of: .relay), pid(of: .vault)].compactMap({ $0 }) { _ = Foundation.kill(pid, number) }
        case .supervisor, .relay, .vault:
            if let pid = pid(of: wanted) { _ = Foundation.kill(pid, number) }
        }
    }

    func killAll() {
        kill(.all, SIGKILL)
    }

    private static func children(of parent: Int32) -> [Int32] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.filter { pid in
            guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let end = status.lastIndex(of: ")")
            else { return false }
            // After the name in brackets: state, parent.
            return status[status.index(after: end)...].split(separator: " ").dropFirst().first.flatMap { Int32($0) } == parent
        }
    }

    private static func arguments(of pid: Int32) -> [String] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
