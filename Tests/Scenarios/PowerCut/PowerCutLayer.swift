import Foundation
import PosternTestSupport

/// A folder whose files lie on a disk that can lose its power: for programs that are started with `environment`.
///
/// The real files are the kernel's memory; `PowerCutDisk` knows what of it is on the disk. See powercut.c for which system
/// calls are covered.
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

    /// Everything that was written so far, whoever did; begins anew.
    func records() throws -> [DiskRecord] {
        let octets = FileManager.default.contents(atPath: list) ?? Data()
        unlink(list)
        return try DiskRecord.all(in: [UInt8](octets))
    }

    /// The power goes, once every process is gone that was started with `environment`; what the disk has is then in `root`.
    func cut(_ fate: PowerCutDisk.Fate, using randomness: inout SeededRandomness) throws {
        try disk.apply(try records())
        disk.cut(fate, using: &randomness)
        try disk.write(to: root, isGoingOn: true)
    }

    /// What the disk has, elsewhere, to be looked at.
    func copy(to other: TemporaryFolder) throws {
        try disk.write(to: other.path)
    }

    /// From now on the disk says "synced" and has done nothing. Only while no process runs that was started with `environment`.
    func lie() throws {
        try disk.apply(try records())
        disk.isHonest = false
    }

    // MARK: - Faults

    /// Has syncs fail of paths that end in `end`; nil has them work again.
    func failSyncs(of end: String?) throws { try ask("sync", end) }

    /// Has every write fail as on a full disk.
    func fill(_ isFull: Bool) throws { try ask("full", isFull ? "" : nil) }

    /// Has the disk say that it has so much room left; nil for the truth.
    func say(octetsFree: Int?) throws { try ask("room", octetsFree.map(String.init)) }

    private func ask(_ fault: String, _ text: String?) throws {
        let path = "\(faults)/\(fault)"
        guard let text else {
            unlink(path)
            return
        }
        // Under another name first: a program must not read half of it.
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static let library = Task { try await Preload.library(from: "PowerCut/powercut.c") }
}
