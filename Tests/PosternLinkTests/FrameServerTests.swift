import Foundation
import Logging
import PosternCore
import PosternLink
import PosternTestSupport
import Testing

@Suite("The link serves one peer user, several requests at once, and cuts off what is malformed", .timeLimit(.minutes(40)))
struct FrameServerTests {
    private func serving<Result: Sendable>(
        peers: Set<PeerUser> = [.own], handler: @escaping FrameServer<VaultVerb>.Handler,
        _ body: @escaping @Sendable (String, FrameServer<VaultVerb>) async throws -> Result
    ) async throws -> Result {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        let server = FrameServer(.init(path: path, mode: 0o600, peers: peers), logger: .silent, handler: handler)
        let (listening, listens) = AsyncStream<Never>.makeStream()
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.run { listens.finish() }
                return nil
            }
            for await _ in listening {}
            let result = try await body(path, server)
            group.cancelAll()
            return result
        }
    }

    @Test func `A hundred requests in flight each get their own answer, the last asked first answered`() async throws {
        let gate = Countdown(from: 100)
        let answers = try await serving(
            handler: { _, payload in
                // Nobody is answered before all have asked.
                await gate.arriveAndWait()
                return payload
            },
            { path, _ in
                let client = FrameClient<VaultVerb>(path: path)
                let answers = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
                    for index in 0..<100 {
                        group.addTask { (index, try await client.request(.deliver, [UInt8(index)])) }
                    }
                    return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
                }
                await client.close()
                return answers
            })
        #expect(answers.count == 100)
        #expect(answers.allSatisfy { $0.value == [UInt8($0.key)] })
    }

    @Test func `Ending answers what is under way, takes nothing more, and returns`() async throws {
        let (asked, asks) = AsyncStream<Never>.makeStream()
        let gate = Countdown(from: 2)
        let folder = try TemporaryFolder()
        let server = FrameServer<VaultVerb>(
            .init(path: folder.path("link.sock"), mode: 0o600, peers: [.own]), logger: .silent
        ) { _, payload in
            asks.finish()
            await gate.arriveAndWait()
            return payload + [9]
        }
        let (listening, listens) = AsyncStream<Never>.makeStream()
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                try await server.run { listens.finish() }
                return nil
            }
            for await _ in listening {}
            let client = FrameClient<VaultVerb>(path: folder.path("link.sock"))
            group.addTask { try await client.request(.deliver, [1]) }
            for await _ in asked {}
            server.end()
            // What is asked meanwhile is turned away, and costs nobody an answer.
            for _ in 0..<3 {
                let refusal = await #expect(throws: LinkRefusal.self) { try await client.request(.deliver, [2]) }
                #expect(refusal?.code == .unavailable)
            }
            await gate.arriveAndWait()
            var ended: [[UInt8]?] = []
            for try await one in group { ended.append(one) }
            #expect(ended.contains { $0 == [1, 9] })
            #expect(ended.count == 2)
            await client.close()
        }
    }

    @Test
    func `A task that is cancelled waits for the answer no longer, and what it asked for is done all the same`()
        async throws
    {
        let (asked, answered) = (Countdown(from: 2), Countdown(from: 2))
        try await serving(handler: { _, payload in
            await asked.arriveAndWait()
            await answered.arriveAndWait()
            return payload
        }) { path, server in
            let client = FrameClient<VaultVerb>(path: path)
            let asking = Task { try await client.request(.deliver, [1]) }
            await asked.arriveAndWait()
            #expect(server.hasPeer)
            asking.cancel()
            await #expect(throws: LinkFault.cancelled(path: path, .unknown)) { try await asking.value }
            await client.close()
            try await eventually("the peer has gone") { !server.hasPeer }
            await answered.arriveAndWait()
        }
    }

    @Test(arguments: ["file", "link", "socket"])
    func `Only a socket of this user's own is removed to make room for a new one (Z2)`(kind: String) async throws {
        let folder = try TemporaryFolder()
        let (path, other) = (folder.path("link.sock"), folder.path("other"))
        let files = FileManager.default
        try Data("kept".utf8).write(to: URL(fileURLWithPath: other))
        switch kind {
        case "file": try files.copyItem(atPath: other, toPath: path)
        case "link": try files.createSymbolicLink(atPath: path, withDestinationPath: other)
        // Of a process that was killed.
        default: try await RawUnixSocket.leave(at: path)
        }
        let server = FrameServer<VaultVerb>(.init(path: path, mode: 0o600, peers: [.own]), logger: .silent) { _, _ in [] }
        await withTaskGroup(of: Bool.self) { group in
            let (listening, listens) = AsyncStream<Never>.makeStream()
            group.addTask {
                do { try await server.run { listens.finish() } } catch { listens.finish() }
                return true
            }
            for await _ in listening {}
            let mode = try? files.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            if kind == "socket" { #expect(mode == 0o600) } else { #expect(files.contents(atPath: path) == Data("kept".utf8)) }
            group.cancelAll()
        }
        #expect(files.contents(atPath: other) == Data("kept".utf8))
        if kind != "socket" {
            #expect(throws: (any Error).self) { try SocketFile.removeOwn(path) }
            #expect(files.fileExists(atPath: path))
        }
    }

    @Test func `A verb of another socket is a malformed frame`() async throws {
        try await serving(handler: { _, payload in payload }) { path, server in
            let client = FrameClient<OperatorVerb>(path: path)
            await #expect(throws: LinkFault.lost(path: path, .unknown)) { try await client.request(.enrol) }
            try await eventually("it is counted") { server.malformedFrames == 1 }
        }
    }

    @Test func `A flood of bad connections is a line a second, and more connections than a peer needs are closed`() async throws {
        let folder = try TemporaryFolder()
        let log = KeptLog()
        let path = folder.path("link.sock")
        let server = FrameServer<VaultVerb>(
            .init(path: path, mode: 0o600, peers: [.own], connections: 4), logger: log.logger
        ) { _, payload in payload }
        let (listening, listens) = AsyncStream<Never>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { listens.finish() } }
            for await _ in listening {}
            let began = ContinuousClock.now
            for _ in 0..<200 {
                let client = FrameClient<OperatorVerb>(path: path)
                _ = try? await client.request(.enrol)
                await client.close()
            }
            try await eventually("all are counted") { server.malformedFrames == 200 }
            let seconds = Int((ContinuousClock.now - began) / .seconds(1)) + 1
            #expect(log.warnings.count <= seconds + 1 && !log.warnings.isEmpty)

            let clients = (0..<5).map { _ in FrameClient<VaultVerb>(path: path) }
            for client in clients.prefix(4) { #expect(try await client.request(.announce, [1]) == [1]) }
            await #expect(throws: LinkFault.self) { try await clients[4].request(.announce, [1]) }
            await clients[0].close()
            try await eventually("there is room again") { (try? await clients[4].request(.announce, [2])) == [2] }
            for client in clients { await client.close() }
            group.cancelAll()
        }
    }

    @Test func `Another user is cut off before anything is answered`() async throws {
        try await serving(peers: [PeerUser(id: 64_321)], handler: { _, payload in payload }) { path, _ in
            let client = FrameClient<VaultVerb>(path: path)
            await #expect(throws: LinkFault.self) { try await client.request(.announce) }
            await client.close()
        }
    }

    @Test func `Strangers and callers who hang up at once are dropped, and the server goes on`() async throws {
        for peers in [[PeerUser(id: 64_321)], [.own]] as [Set<PeerUser>] {
            try await serving(peers: peers, handler: { _, payload in payload }) { path, _ in
                for _ in 0..<200 { try? await RawUnixSocket(path: path).hangUp() }
                let client = FrameClient<VaultVerb>(path: path)
                if peers == [.own] {
                    let answer = try await client.request(.announce, [1])
                    #expect(answer == [1])
                } else {
                    await #expect(throws: LinkFault.self) { try await client.request(.announce) }
                }
                await client.close()
            }
        }
    }

    /// What a stranger might send first.
    @Test(
        arguments: [
            [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 1, 1], [0, 0, 0, 6, 9, 1, 0, 0, 0, 1], [0, 0, 0, 6, 1, 0x55, 0, 0, 0, 1],
            Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 0, 0, 6, 1, 0x81, 0, 0, 0, 1],
        ] as [[UInt8]])
    func `A malformed frame closes the link and is counted`(bytes: [UInt8]) async throws {
        try await serving(handler: { _, payload in payload }) { path, server in
            #expect(try await RawUnixSocket(path: path).exchange(bytes).isEmpty)
            try await eventually("the malformed frame is counted") { server.malformedFrames == 1 }
            // And others are served as before.
            let client = FrameClient<VaultVerb>(path: path)
            #expect(try await client.request(.announce, [1]) == [1])
            await client.close()
        }
    }

    @Test func `A payload the verb does not take is refused, and the link stays`() async throws {
        try await serving(handler: { _, payload in
            _ = try DeliveryJob(payload: payload)
            return []
        }) { path, _ in
            let client = FrameClient<VaultVerb>(path: path)
            for _ in 0..<2 {
                let refusal = await #expect(throws: LinkRefusal.self) { try await client.request(.deliver, [1, 2, 3]) }
                #expect(refusal?.code == .malformed)
            }
            await client.close()
        }
    }

    @Test func `Nobody at the socket is told apart from a connection that was lost`() async throws {
        let folder = try TemporaryFolder()
        let client = FrameClient<VaultVerb>(path: folder.path("nobody.sock"))
        do {
            _ = try await client.request(.announce)
            Issue.record("somebody answered")
        } catch let fault as LinkFault {
            #expect(fault.execution == .notSent)
        }
    }

    @Test func `A server that comes back is connected to again`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("link.sock")
        let client = FrameClient<VaultVerb>(path: path)
        for round in 0..<3 as Range<UInt8> {
            let server = FrameServer<VaultVerb>(.init(path: path, mode: 0o600, peers: [.own]), logger: .silent) { _, _ in
                [round]
            }
            let (listening, listens) = AsyncStream<Never>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run { listens.finish() } }
                for await _ in listening {}
                // The old connection may be noticed as gone only with the first request over it.
                try await eventually("the new server answers") { (try? await client.request(.announce)) == [round] }
                group.cancelAll()
            }
        }
        await client.close()
    }
}

extension Logger {
    /// Says nothing of what the tests bring about on purpose.
    static var silent: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}
