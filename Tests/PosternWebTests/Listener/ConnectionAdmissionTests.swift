import Foundation
import NIOCore
import NIOPosix
import PosternCore
import PosternRelay
import PosternTestSupport
import PosternWeb
import Testing

/// Which connections are admitted, tried on real ones.
@Suite(.timeLimit(.minutes(40)))
struct ConnectionAdmissionTests {
    private static let body = #"{"name":"V","email":"v@x.example","message":"m"}"#
    private static let letter =
        "POST \(lettersPath) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        + "Connection: close\r\n\r\n\(body)"

    private func serve<Value: Sendable>(
        trusted: [String] = [], submissions: FakeSubmissions = .validating, _ adjust: (inout WebLimits) -> Void = { _ in },
        _ test: @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        _ = CountedMetrics.registry
        let configuration = try configuration(trustedProxies: try trusted.map { try AddressRange($0) }, adjust)
        return try await withService(
            { announce in
                buildPublicApplication(
                    configuration, .fake(submissions), templates: try Templates(folder: templatesFolder), logger: silent,
                    onListening: announce)
            }, test)
    }

    /// Sends `pieces` and returns everything the server sends until it closes or resets the connection.
    private func exchange(_ pieces: [[UInt8]], port: Int) async throws -> String {
        try await withRawConnection(to: port) { connection in
            for piece in pieces { try await connection.outbound.write(ByteBuffer(bytes: piece)) }
            return try await connection.rest()
        }
    }

    // MARK: - The PROXY protocol

    @Test(arguments: ["203.0.113.9", "2001:db8::7"])
    func `A trusted proxy names its client before the first request`(client: String) async throws {
        let address = try #require(ClientAddress(text: client))
        let submissions = FakeSubmissions.validating
        let answer = try await serve(trusted: ["127.0.0.1"], submissions: submissions) { port in
            try await exchange([PROXYHeader.from(address.bytes).bytes + Array(Self.letter.utf8)], port: port)
        }
        #expect(answer.hasPrefix("HTTP/1.1 202 "))
        #expect(submissions.all.first?.client == address)
    }

    @Test func `A PROXY header that comes byte by byte is understood`() async throws {
        let submissions = FakeSubmissions.validating
        let header = PROXYHeader.from([203, 0, 113, 9], extensions: [4, 0, 1, 0])
        let pieces = header.bytes.map { [$0] } + [Array(Self.letter.utf8)]
        let answer = try await serve(trusted: ["127.0.0.1"], submissions: submissions) { try await exchange(pieces, port: $0) }
        #expect(answer.hasPrefix("HTTP/1.1 202 "))
        #expect(submissions.all.first?.client == ClientAddress(text: "203.0.113.9"))
    }

    @Test func `A trusted proxy may send no PROXY header, or one for itself`() async throws {
        for header in [[], PROXYHeader(command: 0x20, family: 0, addresses: []).bytes] {
            let submissions = FakeSubmissions.validating
            let answer = try await serve(trusted: ["127.0.0.1"], submissions: submissions) { port in
                try await exchange([header + Array(Self.letter.utf8)], port: port)
            }
            #expect(answer.hasPrefix("HTTP/1.1 202 "))
            #expect(submissions.all.first?.client == ClientAddress(text: "127.0.0.1"))
        }
    }

    @Test func `A client that a PROXY header names cannot name another in a header field`() async throws {
        let submissions = FakeSubmissions.validating
        let request = Self.letter.replacing("Host: x", with: "Host: x\r\nX-Forwarded-For: 198.51.100.66")
        _ = try await serve(trusted: ["127.0.0.1"], submissions: submissions) { port in
            try await exchange([PROXYHeader.from([203, 0, 113, 9]).bytes + Array(request.utf8)], port: port)
        }
        #expect(submissions.all.first?.client == ClientAddress(text: "203.0.113.9"))
    }

    @Test func `From an untrusted peer a PROXY header is malformed HTTP, and is counted`() async throws {
        let submissions = FakeSubmissions.validating
        let before = CountedMetrics.value(.proxyHeadersIgnored, reason: "untrusted_peer")
        let answer = try await serve(submissions: submissions) { port in
            try await exchange([PROXYHeader.from([203, 0, 113, 9]).bytes + Array(Self.letter.utf8)], port: port)
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 ") && submissions.all.isEmpty)
        #expect(CountedMetrics.value(.proxyHeadersIgnored, reason: "untrusted_peer") > before)
    }

    @Test func `A malformed PROXY header closes the connection, and is counted`() async throws {
        let before = CountedMetrics.value(.connectionsRefused, reason: "malformed_proxy_header")
        let answer = try await serve(trusted: ["127.0.0.1"]) { port in
            let header = PROXYHeader(family: 0x12, addresses: Array(repeating: 1, count: 12))
            return try await exchange([header.bytes + Array(Self.letter.utf8)], port: port)
        }
        #expect(answer == "")
        #expect(CountedMetrics.value(.connectionsRefused, reason: "malformed_proxy_header") > before)
    }

    @Test func `A PROXY header that never ends has no more time than a head`() async throws {
        let answer = try await serve(trusted: ["127.0.0.1"], { $0.head = .seconds(1) }) { port in
            try await exchange([Array(ProxyHeader.signature.prefix(8))], port: port)
        }
        #expect(answer == "")
    }

    // MARK: - Shares

    /// Opens connections one after the other, and says for each whether it is served.
    private func served(_ count: Int, port: Int, header: [UInt8] = [], then test: @Sendable ([Bool]) async throws -> Void)
        async throws
    {
        try await hold(count, port: port, header: header, [], test)
    }

    private func hold(
        _ count: Int, port: Int, header: [UInt8], _ sofar: [Bool], _ test: @Sendable ([Bool]) async throws -> Void
    ) async throws {
        guard count > 0 else { return try await test(sofar) }
        try await withRawConnection(to: port) { connection in
            var isServed = false
            do {
                try await connection.outbound.write(
                    ByteBuffer(bytes: header + Array("GET /live HTTP/1.1\r\nHost: x\r\n\r\n".utf8)))
                var inbound = connection.inbound.makeAsyncIterator()
                isServed = try await inbound.next().map { String(buffer: $0).hasPrefix("HTTP/1.1 200 ") } ?? false
            } catch {
                // Closed before our request was read, which looks like a reset.
            }
            try await hold(count - 1, port: port, header: header, sofar + [isServed], test)
        }
    }

    @Test func `Connections beyond a network's share are closed at once, and counted`() async throws {
        let before = CountedMetrics.value(.connectionsRefused, reason: "prefix_full")
        try await serve({ $0.connections = 24 }) { port in
            try await served(5, port: port) { #expect($0 == [true, true, true, false, false]) }
            #expect(CountedMetrics.value(.connectionsRefused, reason: "prefix_full") >= before + 2)
            // A connection that closes makes room for another.
            try await eventually("a place is free") {
                let answer = try? await self.exchange(
                    [Array("GET /live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)], port: port)
                return answer?.hasPrefix("HTTP/1.1 200 ") == true
            }
        }
    }

    @Test func `A trusted proxy has no share, but each client it names has one`() async throws {
        try await serve(trusted: ["127.0.0.1"], { $0.connections = 16 }) { port in
            try await served(5, port: port) { #expect($0 == [true, true, true, true, true]) }
            let pat = PROXYHeader.from([0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [7]).bytes
            let neighbour = PROXYHeader.from([0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [8]).bytes
            let stranger = PROXYHeader.from([0x20, 0x01, 0x0D, 0xB9] + Array(repeating: 0, count: 11) + [7]).bytes
            try await served(2, port: port, header: pat) { first in
                #expect(first == [true, true])
                try await self.served(1, port: port, header: neighbour) { #expect($0 == [false]) }
                try await self.served(1, port: port, header: stranger) { #expect($0 == [true]) }
            }
        }
    }

    // MARK: - Sizes

    @Test(arguments: [(lettersPath, "application/problem+json"), (contactPath, "text/html")])
    func `A request line over 8 KiB is refused with 414`(path: String, type: String) async throws {
        try await serve { port in
            // Method, two spaces, version and question mark take 14 bytes.
            for (length, status) in [(8 * 1_024, path == lettersPath ? "405" : "200"), (8 * 1_024 + 1, "414")] {
                let line = "GET \(path)?\(String(repeating: "x", count: length - 14 - path.utf8.count)) HTTP/1.1"
                try #require(line.utf8.count == length)
                let answer = try await exchange(
                    [Array("\(line)\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)], port: port)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(length): \(answer.prefix(60))")
                if status == "414" { #expect(answer.contains("Content-Type: \(type)")) }
            }
        }
    }
}
