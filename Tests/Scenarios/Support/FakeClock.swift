import Foundation
import PosternTestSupport

/// Another time of day for programs that are started under it; it can jump while they run.
///
/// Debian's faketime is not used: it moves CLOCK_BOOTTIME as well, by which Swift sleeps, and a program under it then sleeps
/// for a day where it would sleep for a moment, or not at all. No clock that is set does that.
final class FakeClock: Sendable {
    /// For the programs that are to believe it.
    let environment: [String: String]
    private let folder: TemporaryFolder
    private let path: String

    init(days: Int) async throws {
        folder = try TemporaryFolder()
        path = folder.path("offset")
        environment = ["LD_PRELOAD": try await Self.library.value, "OTHERCLOCK_OFFSET": path]
        guard FileManager.default.createFile(atPath: path, contents: Data(count: MemoryLayout<Int64>.size)) else {
            throw Failure("\(path) cannot be made")
        }
        try jump(toDays: days)
    }

    /// Sets it to so many days from the real one, for programs that run as well.
    func jump(toDays days: Int) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        // In place: the programs have the file mapped.
        try file.write(contentsOf: withUnsafeBytes(of: Int64(days) * 86_400) { Data($0) })
        try file.close()
    }

    private static let library = Task { try await Preload.library(from: "Support/otherclock.c") }
}
