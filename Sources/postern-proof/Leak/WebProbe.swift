private import NIOCore
private import NIOPosix
internal import PosternProof

/// A visitor's side of HTTP/1.1, one connection a request. Every byte of an answer is kept as it came.
struct WebProbe: Sendable {
    let port: Int
    let seen: SeenLedger

    struct Answer: Sendable {
        let status: Int
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }

        /// The text between the first occurrence of `start` and the next of `end`.
        func text(between start: String, and end: String) -> String? {
            guard let from = text.firstRange(of: start)?.upperBound, let to = text[from...].firstRange(of: end)?.lowerBound else {
                return nil
            }
            return String(text[from..<to])
        }
    }

    struct Request: Sendable {
        var method = "GET"
        var path: String
        var client: String?
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// Canaries that were typed into the page, which it may show again.
        var returned: Set<Int> = []

        /// The path without a part that has `%` in it: that may be a canary, which no report may print.
        var plainPath: String {
            let path = path.prefix { $0 != "?" }
            guard let escape = path.firstIndex(of: "%") else { return String(path) }
            return path[..<escape].prefix(through: path[..<escape].lastIndex(of: "/") ?? path.startIndex) + "…"
        }
    }

    @discardableResult
    func get(_ path: String, from client: String? = nil, returned: Set<Int> = []) async throws -> Answer {
        try await send(Request(path: path, client: client, returned: returned))
    }

    func send(_ request: Request) async throws -> Answer {
        let answer = Self.answer(try await exchange(Array(head(of: request).utf8) + request.body))
        seen.note(
            Place(.response, "\(request.method) \(request.plainPath) (\(answer.status))", returned: request.returned),
            answer.bytes)
        return answer
    }

    /// - Throws: `DriveFault` unless the answer has one of the statuses.
    @discardableResult
    func send(_ request: Request, expecting statuses: Int...) async throws -> Answer {
        let answer = try await send(request)
        guard statuses.contains(answer.status) else {
            throw DriveFault("\(request.method) \(request.plainPath) was answered with \(answer.status), not \(statuses)")
        }
        return answer
    }

    func isReady() async -> Bool {
        guard let bytes = try? await exchange(Array(head(of: Request(path: "/ready")).utf8)) else { return false }
        return Self.answer(bytes).status == 200
    }

    private func head(of request: Request) -> String {
        var lines = ["\(request.method) \(request.path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
        if let client = request.client { lines.append("X-Forwarded-For: \(client)") }
        lines += request.headers.map { "\($0): \($1)" }
        if !request.body.isEmpty || request.method == "POST" { lines.append("Content-Length: \(request.body.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static func answer(_ bytes: [UInt8]) -> Answer {
        let words = String(decoding: bytes.prefix(64), as: UTF8.self).split(separator: " ")
        return Answer(status: words.count > 1 ? Int(words[1]) ?? 0 : 0, bytes: bytes)
    }

    private func exchange(_ request: [UInt8]) async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(5))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            // A server may answer and hang up before it has read everything: its answer counts.
            try? await outbound.write(ByteBuffer(bytes: request))
            var answer: [UInt8] = []
            do { for try await part in inbound { answer += part.readableBytesView } } catch {}
            return answer
        }
    }

    /// Ports that nobody listens on, below the kernel's ephemeral range and below those that tests hand out: the installation is
    /// stopped and started again on them, and nobody else may take them meanwhile.
    static func freePorts(_ count: Int) async throws -> [Int] {
        var channels: [any Channel] = []
        var refusals = 0
        while channels.count < count {
            do {
                channels.append(
                    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .bind(host: "127.0.0.1", port: .random(in: 10_000..<20_000)).get())
            } catch {
                refusals += 1
                guard refusals < 100 else { throw error }
            }
        }
        let ports = channels.compactMap { $0.localAddress?.port }
        for channel in channels { try await channel.close() }
        return ports
    }
}
