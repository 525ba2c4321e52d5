import Foundation
import PosternTestSupport

/// Another time for programs that are started under it, by faketime (Debian's package).
///
/// faketime's library, preloaded alone, makes its shared memory when a program starts and tells of it by setenv(3); that moves
/// the environment to another place, and Swift's runtime, which finds the arguments beside it, finds none. So a process that
/// only waits makes the shared memory, and the others are told of it from the beginning.
final class FakeClock: Sendable {
    /// For the programs that are to believe it.
    let environment: [String: String]
    private let keeper = Serving()
    /// With it goes the file the process waits beside, and then faketime takes its shared memory away.
    private let folder: TemporaryFolder

    /// - Parameter offset: as faketime(1) reads it: `-100d`, `+1d`.
    init(_ offset: String) async throws {
        folder = try TemporaryFolder()
        let path = folder.path("environment")
        try await keeper.start(
            "/usr/bin/faketime",
            ["-f", offset, "sh", "-c", "env > \(path).new; mv \(path).new \(path); while [ -e \(path) ]; do sleep 0.2; done"],
            environment: ["FAKETIME_DONT_FAKE_MONOTONIC": "1"], log: folder.path("log"))
        try await eventually("faketime is ready") { FileManager.default.fileExists(atPath: path) }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let wanted = ["LD_PRELOAD", "FAKETIME", "FAKETIME_SHARED", "FAKETIME_DONT_FAKE_MONOTONIC"]
        environment = Dictionary(
            lines.compactMap { line in
                let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                return parts.count == 2 && wanted.contains(parts[0]) ? (parts[0], parts[1]) : nil
            }, uniquingKeysWith: { $1 })
    }
}
