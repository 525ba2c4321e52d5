import Foundation

/// A small C library from the tests' folder that is preloaded into the programs they start (ld.so(8), LD_PRELOAD).
enum Preload {
    /// Builds it with the C compiler that comes with Swift, in the folder for temporary files.
    /// - Parameter source: its path within the tests' folder.
    /// - Returns: the path of the library.
    /// - Throws: `Failure` with the compiler's output.
    static func library(from source: String) async throws -> String {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let name = URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent
        let target = FileManager.default.temporaryDirectory.appendingPathComponent("postern-\(name)-\(UUID()).so").path
        let built = try await Program.run(
            "clang",
            ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", target, tests.appendingPathComponent(source).path])
        guard built.status == 0 else { throw Failure("\(source) does not build: \(built.errors)") }
        return target
    }
}
