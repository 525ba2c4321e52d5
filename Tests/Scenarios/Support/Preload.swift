import Foundation

/// A small library in C that lies beside these tests and is preloaded into the programs they start (ld.so(8), LD_PRELOAD).
enum Preload {
    /// Builds it with the C compiler that comes with Swift, and leaves it to the folder of temporary files.
    /// - Parameter source: its path within the folder of these tests.
    /// - Returns: where the library is.
    /// - Throws: `Failure` with what the compiler said.
    static func library(from source: String) async throws -> String {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let name = URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent
        let target = FileManager.default.temporaryDirectory.appendingPathComponent("postern-\(name)-\(getpid()).so").path
        let built = try await Program.run(
            "clang",
            ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", target, tests.appendingPathComponent(source).path])
        guard built.status == 0 else { throw Failure("\(source) does not build: \(built.errors)") }
        return target
    }
}
