import Foundation
import PosternTestSupport
import Synchronization

/// Code of an attacker's in relay, vault and root's errands, which does what a test tells it to (intruder.c).
final class Intruder: Sendable {
    /// For the service.
    let environment: [String: String]
    private let folder: TemporaryFolder
    private let last = Mutex<[String: Int32]>([:])

    enum Answer: Equatable, CustomStringConvertible {
        case done
        case refused(Int32)
        /// The process has not answered, since it has ended.
        case ended

        var description: String {
            switch self {
            case .done: "done"
            case .refused(let reason): "refused: \(String(cString: strerror(reason)))"
            case .ended: "ended"
            }
        }
    }

    init() async throws {
        folder = try TemporaryFolder()
        environment = ["LD_PRELOAD": try await Self.library.value, "INTRUDER_ORDERS": folder.path]
        // Its processes are other users, and find the file by its whole path before they change to them.
        for role in ["relay", "vault", "errand"] {
            guard FileManager.default.createFile(atPath: folder.path(role), contents: Data(count: 256)) else {
                throw Failure("the intruder's orders cannot be written")
            }
        }
    }

    func attempt(_ what: String, on: String = "", in role: Processes, of postern: Installation) async throws -> Answer {
        try await attempt(what, on: on, in: role.rawValue) { postern.pid(of: role) }
    }

    /// Has it try something, and waits for the answer or the end of the process.
    /// - Parameter role: the command that the process was started with.
    func attempt(_ what: String, on: String = "", in role: String, pid: () -> Int32?) async throws -> Answer {
        var running: Int32?
        try await eventually("\(role) runs", within: .seconds(60)) {
            running = pid()
            return running != nil
        }
        guard let process = running else { throw Failure("\(role) does not run") }
        let number = last.withLock { last in
            last[role, default: 0] += 1
            return last[role, default: 0]
        }
        let path = folder.path(role)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seek(toOffset: 12)
        try file.write(contentsOf: Self.field(what, 52) + Self.field(on, 192))
        try file.seek(toOffset: 0)
        // The number last: the order is complete then.
        try file.write(contentsOf: withUnsafeBytes(of: number) { Data($0) })
        var answer: Answer?
        try await eventually("\(role) tries to \(what) \(on)", within: .seconds(30)) {
            let order = FileManager.default.contents(atPath: path) ?? Data()
            let values = order.withUnsafeBytes { bytes in
                (
                    done: bytes.loadUnaligned(fromByteOffset: 4, as: Int32.self),
                    result: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self)
                )
            }
            if values.done == number {
                answer = values.result == 0 ? .done : .refused(values.result)
            } else if !Serving.isAlive(process) {
                answer = .ended
            }
            return answer != nil
        }
        if answer == .ended {
            // The next process must not find the order again.
            try file.seek(toOffset: 4)
            try file.write(contentsOf: withUnsafeBytes(of: number) { Data($0) })
        }
        return answer ?? .ended
    }

    private static func field(_ text: String, _ length: Int) -> Data {
        let octets = Data(text.utf8.prefix(length - 1))
        return octets + Data(count: length - octets.count)
    }

    private static let library = Task { try await Preload.library(from: "Cage/intruder.c") }
}
