import Foundation
import PosternTestSupport
import Testing

@Suite("serve keeps one relay and one vault, and ends with them in order", .serialized, .timeLimit(.minutes(40)))
struct ProcessesAreKeptTests {
    @Test(arguments: [Processes.relay, .vault])
    func `A crashed child is started again`(child: Processes) async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let first = try #require(postern.pid(of: child))
        postern.kill(child)
        try await eventually("a new \(child)", within: .seconds(60)) { postern.pid(of: child).map { $0 != first } ?? false }
        try await eventually("ready again", within: .seconds(60)) { await postern.isReady() }
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        #expect(postern.log.contains("a process ended and is started again"))
        try await postern.stop()
        await server.stop()
    }

    @Test func `A vault that stands still is noticed, readiness says so, and it is killed and started again`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        let first = try #require(postern.pid(of: .vault))
        postern.kill(.vault, SIGSTOP)
        try await eventually("readiness is red", within: .seconds(30)) { await !postern.isReady() }
        try await eventually("it is noticed", within: .seconds(30)) {
            postern.log.contains("a process does not answer child=vault")
        }
        try await eventually("a new vault", within: .seconds(90)) { postern.pid(of: .vault).map { $0 != first } ?? false }
        try await eventually("ready again", within: .seconds(20)) { await postern.isReady() }
        #expect(postern.log.contains("a process hangs and is killed"))
        #expect(try await postern.post().status == 202)
        try await server.received(count: 2)
        try await postern.stop()
        await server.stop()
    }

    @Test func `A killed supervisor takes its children with it`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.start()
        let children = try [Processes.relay, .vault].map { try #require(postern.pid(of: $0)) }
        postern.kill(.supervisor)
        try await eventually("the children are gone", within: .seconds(35)) {
            children.allSatisfy { !FileManager.default.fileExists(atPath: "/proc/\($0)") }
        }
        await server.stop()
    }

    @Test func `Neither process holds what the other must not, and the vault listens on no port`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.start()
        for process in [Processes.relay, .vault] {
            let pid = try #require(postern.pid(of: process))
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")
            }
            switch process {
            case .relay: #expect(!open.contains { $0.contains("/vault/keys") })
            case .vault: #expect(!open.contains { $0.contains("postern.sqlite") })
            case .supervisor, .all: break
            }
        }
        // The kernel writes its table in pieces; while other tests open and close sockets, a row may be missed between two.
        let vault = try #require(postern.pid(of: .vault))
        try await eventually("all sockets of the vault are in the table of Unix sockets") {
            try Sockets.others(of: vault).isEmpty
        }
        let relay = try #require(postern.pid(of: .relay))
        #expect(try !Sockets.others(of: relay).isEmpty, "its ports are in no such table")
        try await postern.stop()
        await server.stop()
    }

    @Test func `Idle, relay and vault hold at most 64 MiB (S5)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.start()
        let children = try [Processes.relay, .vault].map { try #require(postern.pid(of: $0)) }
        try await eventually("what the start needed is given back") { try Resident.memory(of: children) <= 64 * 1_024 }
        #expect(await postern.isReady())
        try await postern.stop()
        await server.stop()
    }

    @Test func `A second serve of one home says who serves it and exits 75`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.start()
        let second = try await postern.command("serve")
        #expect(second.status == 75)
        #expect(second.errors.contains("already being served"))
        #expect(await postern.isReady())
        try await postern.stop()
        await server.stop()
    }

    @Test func `A port that is taken ends the start with 69 and names the setting's value`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_LISTEN": "127.0.0.1:\(server.port)"])
        let finished = try await postern.command("serve")
        #expect(finished.status == 69)
        #expect(finished.errors.contains("POSTERN_LISTEN: cannot listen at 127.0.0.1:\(server.port)"))
        await server.stop()
    }
}

private enum Resident {
    /// In KiB, as ps adds it up: pages that several processes share count in each.
    static func memory(of pids: [Int32]) throws -> Int {
        try pids.reduce(0) { sum, pid in
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            return sum + (try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }))
        }
    }
}

/// The sockets of a process, as /proc shows them.
private enum Sockets {
    /// The numbers of a process's sockets that are no Unix sockets.
    static func others(of pid: Int32) throws -> Set<String> {
        let own = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")
        }.filter { $0.hasPrefix("socket:[") }.map { String($0.dropFirst(8).dropLast()) }
        let table = try Proc.text("/proc/\(pid)/net/unix")
        // The seventh column is the inode.
        let unix = table.split(separator: "\n").dropFirst().compactMap { line in
            line.split(separator: " ").dropFirst(6).first.map(String.init)
        }
        return Set(own).subtracting(unix)
    }
}
