private import Foundation
private import Glibc
internal import PosternCore
private import PosternHost
internal import PosternProof
private import PosternStore
private import Subprocess
private import SystemPackage

/// Puts canaries into a scratch installation that has ended, so that the search has something to find: it tests the test.
struct Planting {
    let planted: [PlantedCanary]
    let watch: CanaryWatch
    let folder: ScratchFolder
    let seen: SeenLedger

    var plants: [LeakReport.Plant] {
        planted.map { plant in
            LeakReport.Plant(
                kind: plant.order.place, canary: plant.canary.number, form: plant.order.form,
                planted: plant.ways(known: watch.search).count)
        }
    }

    private func bytes(for place: Place.Kind) -> [[UInt8]] {
        planted.filter { $0.order.place == place }.flatMap { $0.ways(known: watch.search) }
    }

    /// Plants everywhere except in memory.
    func plant() async throws {
        try await plantInStore()
        for (place, path) in [(Place.Kind.log, folder.log), (.backup, folder.backup(1))] {
            try append(bytes(for: place), to: path)
        }
        for place in [Place.Kind.response, .output, .mail] where !bytes(for: place).isEmpty {
            seen.note(Place(place, "planted"), Array(bytes(for: place).joined(separator: [0x0A])))
        }
    }

    /// As extra rows, through SQL. The store is then searched as a file.
    private func plantInStore() async throws {
        let rows = bytes(for: .file)
        guard !rows.isEmpty else { return }
        try await openStore(at: .sqlite(path: Home(path: folder.home).standardStore)).useAndClose { store in
            try await store.write { transaction in
                for row in rows {
                    try transaction.run(
                        """
                        INSERT INTO maintenance_record (name, done_at)
                        VALUES (?, 0)
                        """,
                        [.blob(row)])
                }
            }
        }
    }

    private func append(_ pieces: [[UInt8]], to path: String) throws {
        guard !pieces.isEmpty else { return }
        guard let file = FileHandle(forWritingAtPath: path) else { throw DriveFault("\(path) cannot be written") }
        try file.seekToEnd()
        try file.write(contentsOf: Data(([[0x0A]] + pieces).joined(separator: [0x0A])))
        try file.close()
    }

    /// Searches the memory of a process that holds what is planted there, in the same way as the relay's.
    /// - Returns: nil when nothing is planted in memory.
    func lookIntoMemory() async throws -> SearchedPlace? {
        let held = bytes(for: .memory)
        guard !held.isEmpty else { return nil }
        let ready = "\(folder.path)/held"
        let watch = watch
        let ended = try await Subprocess.run(
            .path(FilePath(ProgramFiles.executable)), arguments: ["hold", ready], environment: .scratch([:]),
            input: .array(Array(held.joined(separator: [0x0A]))), output: .discarded, error: .discarded
        ) { execution in
            let pid = execution.processIdentifier.value
            defer { _ = Glibc.kill(pid, SIGKILL) }
            try await wait("a process holds what is planted", for: .seconds(20)) { access(ready, F_OK) == 0 }
            return try watch.look(at: Place(.memory, "memory of a process with plants"), memory: ProcessMemory(pid: pid))
        }
        return ended.closureResult
    }
}
