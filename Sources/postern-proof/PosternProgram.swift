private import Foundation
private import PosternHost
internal import Subprocess
private import SystemPackage

/// The program that serves. It lies beside this one, and whatever it can do by itself is left to it.
enum PosternProgram {
    struct Finished: Sendable {
        /// Nil when a signal ended it.
        let status: Int32?
        let output: [UInt8]
        let errors: [UInt8]
    }

    /// - Throws: `ExitCode` 69 after saying where the program should be.
    static func path() throws -> String {
        let path = ProgramFiles.beside("postern")
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Exit.unavailable.saying(
                "\(path) is not there\n    Install postern beside postern-proof, or build it: swift build -c release --product postern"
            )
        }
        return path
    }

    /// Runs one command to its end.
    static func run(_ arguments: [String], input: String = "", environment: Environment = .inherit) async throws -> Finished {
        let ended = try await Subprocess.run(
            .path(FilePath(try path())), arguments: Arguments(arguments), environment: environment, input: .string(input),
            output: .bytes(limit: 64 << 20), error: .bytes(limit: 64 << 20))
        let status: Int32? = if case .exited(let code) = ended.terminationStatus { code } else { nil }
        return Finished(status: status, output: ended.standardOutput, errors: ended.standardError)
    }
}
