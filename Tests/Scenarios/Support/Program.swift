import Foundation
import Subprocess
import SystemPackage

/// How a program ended.
struct Finished: Sendable {
    /// -1 when a signal ended it.
    let status: Int32
    let output: String
    let errors: String
}

enum Program {
    /// The program under test.
    static let postern = beside("postern")
    /// The program that proves and measures it.
    static let proof = beside("postern-proof")

    /// Programs lie beside the tests' own executable.
    private static func beside(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// The caller's environment without its POSTERN settings, and with those given.
    static func clean(_ settings: [String: String]) -> [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("POSTERN") }.merging(settings) { $1 }
    }

    static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = ""
    ) async throws -> Finished {
        let values = clean(environment).map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        let ended = try await Subprocess.run(
            program.hasPrefix("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
            environment: .custom(Dictionary(values) { $1 }), input: .string(input), output: .string(limit: 16 << 20),
            error: .string(limit: 4 << 20))
        let status: Int32 =
            switch ended.terminationStatus {
            case .exited(let code): code
            default: -1
            }
        return Finished(status: status, output: ended.standardOutput, errors: ended.standardError)
    }
}
