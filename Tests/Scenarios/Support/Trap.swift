import Foundation
import PosternTestSupport
import Testing

/// What only root may read, write or make.
final class Treasure {
    let folder: TemporaryFolder
    let secret: String
    private let before: [String]

    init() throws {
        folder = try TemporaryFolder()
        secret = folder.path("secret")
        try Data(repeating: 0x5A, count: 70_000).write(to: URL(fileURLWithPath: secret))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
        before = try Self.state(folder.path)
    }

    /// Names, owners, modes, times and contents.
    static func state(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { name in
            var status = stat()
            _ = lstat("\(path)/\(name)", &status)
            let content = FileManager.default.contents(atPath: "\(path)/\(name)")?.hashValue ?? 0
            return "\(name) \(status.st_uid) \(status.st_mode) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec) \(content)"
        }
    }

    func isUntouched(_ comment: String, at location: SourceLocation = #_sourceLocation) throws {
        #expect(try Self.state(folder.path) == before, "\(comment)", sourceLocation: location)
    }
}

/// What a taken-over relay puts where root's commands step; see `traps.py` and `liar.py`.
enum Trap {
    private static let script = source("traps.py")

    private static func source(_ name: String) -> String {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name).path
        return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    /// - Parameter folder: where the store is; nil for its own folder.
    static func set(_ trap: String, in postern: Installation, folder: String? = nil, to target: String? = nil) async throws {
        let words =
            ["-u", "games", "--", "python3", "-", folder ?? postern.home + "/store", trap] + (target.map { [$0] } ?? [])
        let done = try await Program.run("runuser", words, input: script)
        try #require(done.output == "set\n", "\(trap): \(done.errors)")
    }

    /// Swaps names for links until the returned process is killed.
    static func swap(in folder: String, to target: String, scratch: TemporaryFolder) async throws -> Serving {
        try await start("traps.py", [folder, "swap", target], scratch: scratch)
    }

    /// Answers the operator's commands in the relay's place until the returned process is killed.
    static func lie(_ lie: String, in postern: Installation, about target: String, scratch: TemporaryFolder) async throws
        -> Serving
    {
        try await start("liar.py", [postern.home + "/run/relay", lie, target], scratch: scratch)
    }

    private static func start(_ name: String, _ words: [String], scratch: TemporaryFolder) async throws -> Serving {
        let (path, log) = (scratch.path(name), scratch.path("\(name)-\(UUID())"))
        try source(name).write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path)
        let process = Serving()
        try await process.start(
            "/usr/sbin/runuser", ["-u", "games", "--", "python3", path] + words, environment: [:], log: log)
        try await eventually("\(name) is at work") { (try? String(contentsOfFile: log, encoding: .utf8)) == "set\n" }
        return process
    }
}
