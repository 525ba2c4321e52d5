import Foundation
import PosternTestSupport

/// A folder whose files are on a disk that can lose power, for programs that are started with `environment`.
///
/// The real files stand for the kernel's memory; `PowerCutDisk` knows what is on the disk. powercut.c lists the system calls that
/// are covered.
final class PowerCutLayer {
    /// For an installation's home, which the program makes.
    var home: String { "\(root)/home" }
    let root: String
    let environment: [String: String]
    private let folder: TemporaryFolder
    private let list: String
    private let faults: String
    private(set) var disk: PowerCutDisk

    init(names: PowerCutDisk.Names = .byFolder, isHonest: Bool = true) async throws {
        folder = try TemporaryFolder()
        (root, list, faults) = (folder.path("disk"), folder.path("list"), folder.path("faults"))
        for path in [root, faults] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        environment = [
            "LD_PRELOAD": try await Self.library.value, "POWERCUT_HOME": root, "POWERCUT_LOG": list, "POWERCUT_FAULTS": faults,
        ]
        disk = try PowerCutDisk(root: root, names: names, isHonest: isHonest)
    }

    /// Everything that was recorded so far, by any process. Starts an empty record.
    func records() throws -> [DiskRecord] {
        let octets = FileManager.default.contents(atPath: list) ?? Data()
        unlink(list)
        return try DiskRecord.all(in: [UInt8](octets))
    }

    /// Cuts the power, once every process started with `environment` has ended. Then `root` holds what the disk has.
    func cut(_ fate: PowerCutDisk.Fate, using randomness: inout SeededRandomness) throws {
        try disk.apply(try records())
        disk.cut(fate, using: &randomness)
        try disk.write(to: root, isGoingOn: true)
    }

    /// Copies what the disk has to another folder, to examine it.
    func copy(to other: TemporaryFolder) throws {
        try disk.write(to: other.path)
    }

    /// From now on the disk says "synced" and does nothing. Only while no process started with `environment` runs.
    func lie() throws {
        try disk.apply(try records())
        disk.isHonest = false
    }

    // MARK: - Faults

    /// Makes syncs fail for paths that end in `end`; nil makes them work again.
    func failSyncs(of end: String?) throws { try ask("sync", end) }

    /// Makes every write fail, as on a full disk.
    func fill(_ isFull: Bool) throws { try ask("full", isFull ? "" : nil) }

    /// Makes the disk report this much room; nil for the truth.
    func say(octetsFree: Int?) throws { try ask("room", octetsFree.map(String.init)) }

    private func ask(_ fault: String, _ text: String?) throws {
        let path = "\(faults)/\(fault)"
        guard let text else {
            unlink(path)
            return
        }
        // Under another name first, so that no program reads half of it.
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static let library = Task { try await Preload.library(from: "PowerCut/powercut.c") }
}
