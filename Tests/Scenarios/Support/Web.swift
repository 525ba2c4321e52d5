import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A visitor's side of HTTP: one request, one answer.
enum Web {
    struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: Data

        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        var text: String { String(decoding: body, as: UTF8.self) }

        /// The `id` of an accepted letter.
        var id: String? {
            struct Accepted: Decodable { let id: String }
            return (try? JSONDecoder().decode(Accepted.self, from: body))?.id
        }
    }

    static func get(
        _ url: String, headers: [(String, String)] = [], within limit: TimeAmount = .seconds(30)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.headers.add(contentsOf: HTTPHeaders(headers))
        return try await send(request, within: limit)
    }

    static func head(_ url: String) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .HEAD
        return try await send(request)
    }

    static func post(_ url: String, body: Data, headers: [(String, String)]) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(contentsOf: HTTPHeaders(headers))
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await send(request)
    }

    /// As a program calls the API.
    static func call(
        _ method: HTTPMethod, _ url: String, json: String? = nil, headers: [(String, String)]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(contentsOf: HTTPHeaders(headers))
        if let json {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: json))
        }
        return try await send(request)
    }

    private static func send(_ request: HTTPClientRequest, within limit: TimeAmount = .seconds(30)) async throws -> Answer {
        let response = try await client.execute(request, timeout: limit)
        let body = try await response.body.collect(upTo: 4 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
            body: Data(body.readableBytesView))
    }

    /// Follows no redirect: a 303 is an answer here. Shared by all tests and never shut down, which its library allows.
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: {
            var configuration = HTTPClient.Configuration()
            configuration.redirectConfiguration = .disallow
            configuration.timeout.connect = .seconds(2)
            // A refused request is tried again at once, by the tests. The pool would wait longer each time, up to a minute, and
            // other requests would wait too, although the service is there.
            configuration.connectionPool.retryConnectionEstablishment = false
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
            return configuration
        }())
}
