import Foundation
import PosternTestSupport

/// Another time of day for the programs started with it. It can jump while they run.
///
/// Debian's faketime is not used: it also moves CLOCK_BOOTTIME, by which Swift sleeps. A program under it may sleep for a day
/// instead of a moment, or not at all. Setting a machine's clock does not do that.
final class FakeClock: Sendable {
    /// For the programs that use this clock.
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

    /// Sets it to this many days from the real time, for running programs too.
    func jump(toDays days: Int) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        // In place: the programs have mapped the file.
        try file.write(contentsOf: withUnsafeBytes(of: Int64(days) * 86_400) { Data($0) })
        try file.close()
    }

    private static let library = Task { try await Preload.library(from: "Support/otherclock.c") }
}
