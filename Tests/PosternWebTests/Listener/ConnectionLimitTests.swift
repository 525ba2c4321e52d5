import Foundation
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// What one client can take from the others, tried on a real connection.
@Suite(.timeLimit(.minutes(40)))
struct ConnectionLimitTests {
    /// Sends `pieces` and returns everything the server sends until it closes.
    private func exchange(
        _ pieces: [String], submissions: FakeSubmissions = .validating, _ adjust: (inout WebLimits) -> Void = { _ in }
    ) async throws -> String {
        try await withListener(submissions: submissions, adjust) { connection in
            for piece in pieces { try await connection.send(piece) }
            return try await connection.rest()
        }
    }

    private func withListener<Value: Sendable>(
        submissions: FakeSubmissions = .validating, _ adjust: (inout WebLimits) -> Void,
        _ test: @Sendable (RawConnection) async throws -> Value
    ) async throws -> Value {
        let configuration = try configuration(adjust)
        return try await withService({ announce in
            buildPublicApplication(
                configuration, .fake(submissions), templates: try Templates(folder: templatesFolder), logger: silent,
                onListening: announce)
        }) { port in
            try await withRawConnection(to: port, test)
        }
    }

    private static func head(_ path: String, _ fields: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n"
    }

    @Test(arguments: [lettersPath, contactPath])
    func `A body that is announced as too large is refused, even if nothing of it comes`(path: String) async throws {
        let type = path == lettersPath ? "application/json" : "application/x-www-form-urlencoded"
        let answer = try await exchange([Self.head(path, "Content-Type: \(type)\r\nContent-Length: 262145")]) {
            $0.oversized = .milliseconds(100)
        }
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test(arguments: ["Content-Length: 400000", "Transfer-Encoding: chunked"])
    func `Of a letter that is too large the visitor gets back what arrived`(length: String) async throws {
        let text = "name=Vera&message=my+words" + String(repeating: "+%F0%9F%91%8B", count: 30_000)
        let isChunked = length.hasPrefix("Transfer")
        let body = isChunked ? String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n" : text
        let submissions = FakeSubmissions.validating
        let answer = try await exchange(
            [Self.head(contactPath, "Content-Type: application/x-www-form-urlencoded\r\n" + length) + body],
            submissions: submissions)
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(answer.contains(#"value="Vera""#) && answer.contains(">\nmy words 👋 👋") && answer.contains("too long"))
        #expect(answer.contains("👋 </textarea>") && !answer.contains("\u{FFFD}") && submissions.all.isEmpty)
    }

    @Test func `A client that asks before it sends too much is refused at once`() async throws {
        let answer = try await exchange([
            Self.head(contactPath, "Content-Type: text/plain\r\nContent-Length: 262145\r\nExpect: 100-continue")
        ]) { ($0.oversized, $0.body) = (.seconds(600), .seconds(600)) }
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `Of a form that does not come in time the visitor gets back what arrived`() async throws {
        let answer = try await exchange([
            Self.head(contactPath, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100"),
            "name=Vera&message=my+words+%C3",
        ]) { $0.body = .seconds(1) }
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(answer.contains(#"value="Vera""#) && answer.contains(">\nmy words </textarea>"))
    }

    @Test func `A chunked body is refused as soon as it is too large`() async throws {
        let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
        let submissions = FakeSubmissions.validating
        let answer = try await exchange(
            [Self.head(lettersPath, "Content-Type: application/json\r\nTransfer-Encoding: chunked")]
                + Array(repeating: chunk, count: 17), submissions: submissions)
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(submissions.all.isEmpty)
    }

    // The contract says so; it follows from the limits of the texts.
    @Test func `A body of exactly 256 KiB is read`() async throws {
        let body = #"{"message":""# + String(repeating: "x", count: 262_144 - 14) + #""}"#
        try #require(body.utf8.count == 262_144 && WebLimits().bodyKiB == 256)
        let answer = try await exchange([
            Self.head(lettersPath, "Content-Type: application/json\r\nContent-Length: 262144\r\nConnection: close") + body
        ])
        #expect(answer.hasPrefix("HTTP/1.1 422 "))
    }

    @Test(arguments: [lettersPath, contactPath])
    func `A body that does not come in time is answered 408`(path: String) async throws {
        let type = path == lettersPath ? "application/json" : "application/x-www-form-urlencoded"
        let answer = try await exchange([Self.head(path, "Content-Type: \(type)\r\nContent-Length: 100"), "{"]) {
            $0.body = .seconds(1)
        }
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(answer.lowercased().contains("x-content-type-options: nosniff"))
        #expect(answer.contains(path == lettersPath ? "/problems/too-slow" : "<h1>"))
    }

    @Test func `A head that does not come in time closes the connection`() async throws {
        let answer = try await exchange(["GET /live HTTP/1.1\r\nHost:"]) { $0.head = .seconds(1) }
        #expect(answer == "")
    }

    @Test func `An idle connection is closed`() async throws {
        // Long enough for a busy machine to send the request: the time begins with the connection.
        let answer = try await exchange(["GET /live HTTP/1.1\r\nHost: x\r\n\r\n"]) { $0.idle = .seconds(8) }
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `A client that sends requests for ever and reads no answer is disconnected`() async throws {
        let request = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        let isClosed = try await withListener({ $0.fetch = .seconds(1) }) { connection in
            // Only the other side can end this, by closing: more is written than any socket holds.
            do {
                while true { try await connection.send(String(repeating: request, count: 100)) }
            } catch {
                return true
            }
        }
        #expect(isClosed)
    }

    // Eight seconds, so that a busy machine can send the first request, whose time begins with the connection.
    @Test func `A second request has its own time for the head`() async throws {
        let rest = try await withListener({ ($0.head, $0.idle) = (.seconds(8), .seconds(600)) }) { connection in
            try await connection.send("GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
            var inbound = connection.inbound.makeAsyncIterator()
            var first = ""
            // Head and body may come in pieces.
            while !first.hasSuffix("}"), let piece = try await inbound.next() { first += String(buffer: piece) }
            #expect(first.hasPrefix("HTTP/1.1 200 "))
            try await connection.send("GET /live")
            return try await inbound.next()
        }
        #expect(rest == nil)
    }

    // The parser's own refusals pass none of our guards, and must have our header fields all the same.
    @Test(arguments: [
        "GET /live HTTP/1.1\r\nHost: x\r\nX-Long: \(String(repeating: "x", count: 17_000))\r\n\r\n", "nonsense\r\n\r\n",
        "POST \(lettersPath) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST \(lettersPath) HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ])
    func `A malformed head is refused with our header fields`(request: String) async throws {
        let answer = try await exchange([request])
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(answer.lowercased().contains("content-security-policy: default-src 'none'"))
        #expect(!answer.lowercased().contains("server:"))
    }

    @Test func `A client that waits for 100 Continue gets it`() async throws {
        let body = #"{"name":"V","email":"v@x.example","message":"m"}"#
        let head = Self.head(
            lettersPath,
            "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\nConnection: close")
        let answer = try await exchange([head, body])
        #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 "))
    }

    @Test func `Two requests sent at once are answered in order`() async throws {
        let request = "GET /live HTTP/1.1\r\nHost: x\r\n"
        let answer = try await exchange([request + "\r\n" + request + "Connection: close\r\n\r\n"])
        #expect(answer.components(separatedBy: "HTTP/1.1 200 ").count == 3)
    }
}
