import Foundation
import Glibc
import PosternCore
import PosternJournal
import PosternTestSupport
import PosternVault
import Testing

@Suite("Checkpoints go to the system's log, each in one line")
struct SystemLogTests {
    private struct NoSocket: Error {}

    /// What a system's log has: a socket for datagrams.
    private func listen(at path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard descriptor >= 0, bound == 0 else { throw NoSocket() }
        return descriptor
    }

    @Test func `Each is a datagram that verification reads again; without a log the journal goes on and says so`() async throws {
        let fixture = try JournalFixture(systemLog: "log")
        let path = fixture.vault.folder.path("log")
        try #require(path.utf8.count < 100)
        let log = try listen(at: path)
        defer { close(log) }
        let journal = fixture.open()
        try await journal.record([Journal.Record(.vault, .hour(uncounted: 0))])
        var lines = ""
        for _ in 0..<2 {
            var bytes = [UInt8](repeating: 0, count: 2_048)
            // They are there already: the journal has written them.
            let count = recv(log, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            try #require(count > 0)
            let line = String(decoding: bytes.prefix(count), as: UTF8.self)
            #expect(line.hasPrefix("<85>postern[\(getpid())]: postern-checkpoint "))
            lines += line + "\n"
        }
        let key = try #require(try fixture.report()?.key.flatMap { NoteKey($0) })
        let read = SignedCheckpoint.all(in: lines).map(\.checkpoint)
        #expect(read.map(\.checkpoint.size) == [1, 2] && read.allSatisfy { $0.note.isSigned(by: key) })

        unlink(path)
        try await journal.record([Journal.Record(.vault, .hour(uncounted: 0))])
        #expect(try fixture.report()?.size == 3 && fixture.log.criticals.count == 1)
    }
}
