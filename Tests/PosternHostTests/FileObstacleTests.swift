import Foundation
import PosternHost
import Testing

@Suite("A file that cannot be used is said to be what it is")
struct FileObstacleTests {
    private func find(_ path: String, _ kind: FileObstacle.Kind = .file) -> FileObstacle? {
        FileObstacle.find(path, kind, key: "POSTERN_X", user: "pat", missing: "Make it.")
    }

    @Test func `One that is not there has the caller's remedy and no command`() throws {
        let obstacle = try #require(find("/nonexistent/file"))
        #expect(obstacle.problem == "/nonexistent/file: No such file or directory")
        #expect(obstacle.remedy == "Make it." && obstacle.command == nil)
        #expect("\(obstacle.fault)" == "POSTERN_X: /nonexistent/file: No such file or directory\n    Make it.")
    }

    @Test func `One that can be used is none`() {
        #expect(find("/etc/passwd") == nil)
        #expect(find("/tmp", .workplace) == nil)
        #expect(find("/usr", .folder) == nil)
    }

    // A mount that root makes for it, since only that makes a folder of one's own read-only.
    @Test(.enabled(if: geteuid() == 0))
    func `A folder on a read-only file system is said to be that, and no owner is advised`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("read-only-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try #require(mount("tmpfs", folder, "tmpfs", UInt(MS_RDONLY), nil) == 0)
        defer { umount(folder) }
        let obstacle = try #require(find(folder, .workplace))
        #expect(obstacle.problem.contains("is read-only for this process") && obstacle.command == nil)
        #expect(obstacle.remedy.contains("ReadWritePaths=\(folder)"))
    }

    // Root may read everything: there, a scenario looks with the eyes of two other users.
    @Test(
        .enabled(if: geteuid() != 0),
        arguments: [
            (FileObstacle.Kind.file, "chmod a+r"), (.secret, "chown pat"), (.folder, "chmod -R a+rX"), (.workplace, "chown pat"),
            (.outlet, "chown pat"),
        ])
    func `One that is there and closed is said to be that, with the command`(kind: FileObstacle.Kind, command: String) throws {
        let obstacle = try #require(find("/etc/shadow", kind))
        #expect(obstacle.problem.hasPrefix("/etc/shadow is there, but pat may not"))
        #expect(obstacle.problem.contains("owner root"))
        #expect(obstacle.command?.hasPrefix(command) == true)
    }
}
