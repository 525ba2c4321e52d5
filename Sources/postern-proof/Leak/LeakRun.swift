private import Glibc
private import PosternHost
internal import PosternProof
private import PosternWeb

/// The story of one run, from an empty folder to what was found.
struct LeakRun: Sendable {
    let folder: ScratchFolder
    let flock: CanaryFlock
    let orders: [PlantOrder]

    private let watch: CanaryWatch
    private let seen = SeenLedger()

    init(folder: ScratchFolder, flock: CanaryFlock, orders: [PlantOrder]) {
        (self.folder, self.flock, self.orders) = (folder, flock, orders)
        watch = CanaryWatch(flock.all)
    }

    /// - Throws: `DriveFault` when the installation does not do what it should.
    func report() async throws -> LeakReport {
        let smarthost = CanarySmarthost(flock: flock)
        let (ports, heard) = AsyncStream<Int>.makeStream()
        let mailbox = try smarthost.mailbox { heard.yield($0) }
        return try await withThrowingTaskGroup(of: LeakReport?.self) { group in
            group.addTask {
                try await mailbox.run()
                return nil
            }
            group.addTask {
                for await port in ports { return try await run(smarthost, port: port) }
                return nil
            }
            while let ended = try await group.next() {
                guard let ended else { continue }
                group.cancelAll()
                return ended
            }
            throw DriveFault("the mail server of the self-test ended")
        }
    }

    private func run(_ smarthost: CanarySmarthost, port: Int) async throws -> LeakReport {
        let planted = try PlantedCanary.choose(orders, from: flock, known: watch.search)
        let installation = try await ScratchInstallation(folder: folder, smarthostPort: port, seen: seen)
        var look = LeakLook(watch: watch, folder: folder)
        do {
            try await drive(installation, &look)
        } catch {
            try? await installation.service.kill()
            throw error
        }
        let planting = Planting(planted: planted, watch: watch, folder: folder, seen: seen)
        try await planting.plant()
        look.files("at the end")
        if let held = try await planting.lookIntoMemory() { look.add(held) }
        for letter in smarthost.letters.newestFirst.reversed() { seen.note(Place(.mail, "mail \(letter.number)"), letter.source) }
        for seen in seen.seen { look.add(watch.look(at: seen.place, seen.bytes)) }
        return LeakReport(
            watch: watch, canaries: flock.all.count, places: look.places, gaps: look.gaps, plants: planting.plants)
    }

    /// The installation serves, is killed, serves again, is stopped, and continues from its backup.
    private func drive(_ installation: ScratchInstallation, _ look: inout LeakLook) async throws {
        let drive = LeakDrive(flock: flock, installation: installation)
        let half = flock.clients.count / 2
        try await drive.misconfigure()
        try await installation.start()
        try await drive.enrol()
        try await drive.prepare()
        var ids = try await drive.write(0..<half)
        try await drive.conflict(7)
        try await drive.block(8)
        try await drive.browse()
        try await installation.settle()
        try await drive.command(ids)
        try await installation.succeed(["backup", folder.backup(1)])
        look.memory(of: installation.service.pid(of: .relay), "before the kill", typed: drive.misspelled)

        // Killed with letters under way, so that the write-ahead log is left as it is.
        ids += try await drive.write(half..<(half + 6))
        try await installation.service.kill()
        look.files("after the kill")
        try await installation.start()
        ids += try await drive.write((half + 6)..<flock.clients.count)
        try await installation.settle()
        try await drive.erase(ids)
        try await installation.succeed(["backup", folder.backup(2)])
        try await installation.service.stop()

        try await installation.succeed(["restore", folder.backup(2)])
        try await installation.start()
        try await drive.browse()
        try await installation.settle()
        try await drive.command(ids)
        let counts = try await installation.counts()
        for state in ["delivered", "failed", "ready"] where counts[state, default: 0] == 0 {
            throw DriveFault("no letter is \(state) at the end: \(counts)")
        }
        look.memory(of: installation.service.pid(of: .relay), "after the restore", typed: drive.misspelled)
        look.files("while it runs")
        try await installation.service.stop()
    }
}
