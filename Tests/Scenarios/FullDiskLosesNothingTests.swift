import Foundation
import PosternTestSupport
import Testing

@Suite("A full disk loses no accepted letter", .serialized, .timeLimit(.minutes(Scale.minutes)))
struct FullDiskLosesNothingTests {
    @Test
    func `Nearly full: 503 with Retry-After, red; what was accepted goes out; with room again letters are taken (A11)`()
        async throws
    {
        let disk = try await SmallDisk()
        let smarthost = SmarthostMood(.deferring)
        let server = try await ScriptedSMTPServer.start(smarthost.script)
        let postern = try await Installation(smtpPort: server.port, settings: disk.environment, home: disk.home)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let ledger = Ledger()
        try await accept(postern, ledger, "before", 20)

        try disk.leave(mebibytes: 200)
        try await eventually("it has been seen") { try await post(postern, ledger, "still-\(ledger.count)").status == 503 }
        #expect(try await postern.post().header("Retry-After") != nil)
        try await eventually("not ready", within: .seconds(60)) { try await postern.get("/ready").status == 503 }

        smarthost.set(.well)
        let account = try await keepingLedgers(of: postern, ledger, server) {
            try await postern.drained(within: .seconds(60))
            try disk.empty()
            try await eventually("letters are taken again") { try await post(postern, ledger, "again").status == 202 }
            try await postern.drained(within: .seconds(60))
            return try await LossAccount("disk nearly full (\(disk.kind))", times: 1, bound: 0, of: postern, ledger, server)
        }
        account.report()
        try await postern.stop()
        await server.stop()
        try await disk.remove()
    }

    @Test func `With no octet left, under load: 503, and a restart once there is room loses nothing (A2, A11)`() async throws {
        let disk = try await SmallDisk()
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: disk.environment, home: disk.home)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let ledger = Ledger()
        let account = try await keepingLedgers(of: postern, ledger, server) {
            let stop = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await postern.load(ledger, clients: 4, prefix: "full", until: { stop.isOpen }) }
                do {
                    try await eventually("letters are accepted") { ledger.count > 100 }
                    try disk.leave(mebibytes: 0)
                    try await eventually("it shows", within: .seconds(60)) { await !postern.isReady() }
                } catch {
                    stop.open()
                    throw error
                }
                stop.open()
                try await group.waitForAll()
            }
            // The stop does not wait for a store that takes no outcome.
            try await postern.stop(within: .seconds(15))
            try disk.empty()
            try await postern.start()
            try await accept(postern, ledger, "after", 5)
            try await postern.drained(within: .seconds(60))
            // Letters whose outcomes could not be written are sent again, by a vault that has forgotten them.
            return try await LossAccount("disk full (\(disk.kind))", times: 1, bound: 8, of: postern, ledger, server)
        }
        account.report()
        try await postern.stop()
        await server.stop()
        try await disk.remove()
    }

    private func accept(_ postern: Installation, _ ledger: Ledger, _ prefix: String, _ count: Int) async throws {
        for number in 0..<count {
            let answer = try await post(postern, ledger, "\(prefix)-\(number)")
            try #require(answer.status == 202, "\(answer.text)")
        }
    }

    private func post(_ postern: Installation, _ ledger: Ledger, _ mark: String) async throws -> Web.Answer {
        let answer = try await postern.post(["subject": mark])
        if answer.status == 202 { ledger.note(mark, id: try #require(answer.id)) }
        return answer
    }
}

/// A disk that can be filled: a tmpfs where this user may mount one, else the power-cut layer's, which behaves the same.
private final class SmallDisk {
    let kind: String
    let home: String
    let environment: [String: String]
    private let folder: TemporaryFolder
    private let layer: PowerCutLayer?
    private var filler: String { folder.path("disk/filler") }

    private static let mebibytes = 400

    init() async throws {
        folder = try TemporaryFolder()
        let mount = folder.path("disk")
        try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: false)
        let mounted = try? await Program.run(
            "mount", ["-t", "tmpfs", "-o", "size=\(Self.mebibytes)m,mode=700", "none", mount])
        if mounted?.status == 0 {
            (kind, home, environment, layer) = ("tmpfs", mount + "/home", [:], nil)
        } else {
            let layer = try await PowerCutLayer()
            (kind, home, environment, self.layer) = (
                "in the power-cut layer, as no tmpfs can be mounted", layer.home, layer.environment, layer
            )
        }
    }

    /// Leaves this much room.
    func leave(mebibytes: Int) throws {
        if let layer {
            try layer.say(octetsFree: mebibytes << 20)
            try layer.fill(mebibytes == 0)
            return
        }
        let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure("cannot fill the disk") }
        defer { close(file) }
        if mebibytes == 0 {
            // Down to the last page, in ever smaller pieces.
            var size = 0
            var piece = 64 << 20
            while piece >= 4_096 {
                if posix_fallocate(file, off_t(size), off_t(piece)) == 0 { size += piece } else { piece /= 2 }
            }
        } else {
            var status = statvfs()
            guard statvfs(filler, &status) == 0 else { throw Failure("cannot look at the disk") }
            let free = Int(status.f_bavail) * Int(status.f_frsize)
            guard posix_fallocate(file, 0, off_t(free - (mebibytes << 20))) == 0 else { throw Failure("cannot fill the disk") }
        }
    }

    func empty() throws {
        try layer?.say(octetsFree: nil)
        try layer?.fill(false)
        unlink(filler)
    }

    /// Call it once nothing runs on the disk any more.
    func remove() async throws {
        guard layer == nil else { return }
        let ended = try await Program.run("umount", ["-l", folder.path("disk")])
        #expect(ended.status == 0, "\(ended.errors)")
    }

    deinit {
        // After a test that failed: the folder could not be removed with the mount still in it.
        if layer == nil { umount2(folder.path("disk"), 2) }
    }
}
