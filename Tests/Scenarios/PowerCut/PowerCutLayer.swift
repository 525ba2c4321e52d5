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
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
        guard FileManager.default.createFile(atPath: faults, contents: Faults().octets) else {
            throw Failure("\(faults) cannot be made")
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

    /// What powercut.c reads.
    private struct Faults {
        var room: Int64 = -1
        var isFull = false
        var sync = ""

        var octets: Data {
            var data = withUnsafeBytes(of: room.littleEndian) { Data($0) }
            data += withUnsafeBytes(of: Int32(isFull ? 1 : 0).littleEndian) { Data($0) }
            data += Data(sync.utf8.prefix(243))
            return data + Data(count: 256 - data.count)
        }
    }

    private var wanted = Faults()

    /// Makes syncs fail for paths that end in `end`; nil makes them work again.
    func failSyncs(of end: String?) throws { try change { $0.sync = end ?? "" } }

    /// Makes every write fail, as on a full disk.
    func fill(_ isFull: Bool) throws { try change { $0.isFull = isFull } }

    /// Makes the disk report this much room; nil for the truth.
    func say(octetsFree: Int?) throws { try change { $0.room = Int64(octetsFree ?? -1) } }

    private func change(_ body: (inout Faults) -> Void) throws {
        body(&wanted)
        // In place: the programs have mapped the file.
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: faults))
        try file.write(contentsOf: wanted.octets)
        try file.close()
    }

    private static let library = Task { try await Preload.library(from: "PowerCut/powercut.c") }
}
