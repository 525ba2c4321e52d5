import Foundation
import PosternTestSupport

/// A home without an installation, on a machine where there was none.
struct BareMachine {
    let folder: TemporaryFolder
    let settings: [String: String]
    var home: String { folder.path("home") }

    init(like postern: Installation, isOpen: Bool) throws {
        folder = try TemporaryFolder()
        if isOpen { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
        settings = postern.settings
    }

    func run(_ arguments: String...) async throws -> Finished {
        try await Program.run(Program.postern, arguments + ["--home", home], environment: settings)
    }

    func counts() async throws -> [String: Int] {
        let said = try await run("queue", "count", "--json")
        return try JSONDecoder().decode([String: Int].self, from: Data(said.output.utf8))
    }

    func doctorFailures() async throws -> [DoctorReport.Line] {
        let said = try await run("doctor", "--json")
        return try JSONDecoder().decode(DoctorReport.self, from: Data(said.output.utf8)).findings.filter {
            $0.level == "FAIL"
        }
    }

    func keys(_ kind: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: home + "/vault/keys").filter {
            $0.hasPrefix(kind) && $0.hasSuffix(".key")
        }
    }
}
