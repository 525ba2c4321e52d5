import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import PosternCore
import PosternRelay
import PosternWeb
import ServiceLifecycle
import Testing

/// The project's own templates, beside the tests.
let templatesFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("templates").path

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

func configuration(
    publicURL: String = "https://contact.example.org", trustedProxies: [AddressRange] = [],
    _ adjust: (inout WebLimits) -> Void = { _ in }
) throws -> WebConfiguration {
    var limits = WebLimits()
    adjust(&limits)
    return WebConfiguration(
        listen: ListenAddress(host: "127.0.0.1", port: 0), publicURL: try #require(WebOrigin(publicURL)),
        trustedProxies: trustedProxies, limits: limits)
}

extension PublicServices {
    static func fake(
        _ submissions: FakeSubmissions = .validating, sites: FakeSites = FakeSites(),
        confirmations: FakeConfirmations = FakeConfirmations(), joining: FakeJoining = FakeJoining(),
        members: FakeMembers = FakeMembers(), conversations: FakeConversations = FakeConversations(),
        ownPages: FakeOwnPages = FakeOwnPages(), linkRequests: RequestLimiter = RequestLimiter(.off),
        readiness: FakeReadiness = FakeReadiness(), health: FakeHealth = FakeHealth(),
        forwarding: ForwardingWatch = ForwardingWatch(), requests: RequestLimiter = RequestLimiter(.off),
        tokens: any FormTokenKeeping = FakeTokens()
    ) -> PublicServices {
        PublicServices(
            submissions: submissions, tokens: tokens, sites: sites, confirmations: confirmations, joining: joining,
            members: members, conversations: conversations, ownPages: ownPages, linkRequests: linkRequests,
            readiness: readiness, health: health, forwarding: forwarding, requests: requests,
            randomness: RandomSource { 4 }, now: { Example.now })
    }
}

/// The table of the public listener.
func publicTable() throws -> RouteTable {
    publicRoutes(
        .fake(), try configuration(), ResponseFactory(try Templates(folder: templatesFolder), SecurityHeaders(isSecure: true)))
}

/// Runs the public listener on a free port while `test` talks to it.
func withPublicListener<Value: Sendable>(
    _ submissions: FakeSubmissions, sites: FakeSites = FakeSites(), confirmations: FakeConfirmations = FakeConfirmations(),
    joining: FakeJoining = FakeJoining(), members: FakeMembers = FakeMembers(),
    conversations: FakeConversations = FakeConversations(), ownPages: FakeOwnPages = FakeOwnPages(),
    linkRequests: RequestLimiter = RequestLimiter(.off), readiness: FakeReadiness = FakeReadiness(),
    health: FakeHealth = FakeHealth(), forwarding: ForwardingWatch = ForwardingWatch(),
    requests: RequestLimiter = RequestLimiter(.off),
    tokens: any FormTokenKeeping = FakeTokens(), _ configuration: WebConfiguration? = nil, logger: Logger = silent,
    _ test: @Sendable (any TestClientProtocol) async throws -> Value
) async throws -> Value {
    let application = buildPublicApplication(
        try configuration ?? PosternWebTests.configuration(),
        .fake(
            submissions, sites: sites, confirmations: confirmations, joining: joining, members: members,
            conversations: conversations, ownPages: ownPages, linkRequests: linkRequests, readiness: readiness,
            health: health, forwarding: forwarding, requests: requests, tokens: tokens),
        templates: try Templates(folder: templatesFolder), logger: logger)
    return try await application.test(.live) { try await test($0) }
}

/// Runs a service that announces its port, and stops it when `test` is over.
func withService<Value: Sendable>(
    _ build: (@escaping @Sendable (SocketAddress?) async -> Void) throws -> any Service,
    _ test: @Sendable (Int) async throws -> Value
) async throws -> Value {
    let (ports, announce) = AsyncStream.makeStream(of: Int.self)
    let service = try build { address in announce.yield(address?.port ?? 0) }
    let group = ServiceGroup(configuration: .init(services: [service], logger: silent))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { announce.finish() }
            try await group.run()
        }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        do {
            let value = try await test(port)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return value
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
    }
}

/// A TCP connection that sends exactly what it is given.
struct RawConnection {
    let inbound: NIOAsyncChannelInboundStream<ByteBuffer>
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    /// Everything until the other side closes.
    func rest() async throws -> String {
        // Decoded at the end: a character may come in two pieces.
        var bytes: [UInt8] = []
        for try await buffer in inbound { bytes += buffer.readableBytesView }
        return String(decoding: bytes, as: UTF8.self)
    }
}

func withRawConnection<Value: Sendable>(
    to port: Int, _ test: @Sendable (RawConnection) async throws -> Value
) async throws -> Value {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        try await test(RawConnection(inbound: inbound, outbound: outbound))
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    /// The body as a JSON object.
    func object() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
    }
}

extension HTTPFields {
    static let json: HTTPFields = [.contentType: "application/json"]
    static let urlEncoded: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
}

/// A form body as a browser writes it.
func urlEncoded(_ fields: KeyValuePairs<String, String>) -> ByteBuffer {
    ByteBuffer(
        string: fields.map { "\(PercentCoding.encoded($0.key))=\(PercentCoding.encoded($0.value))" }.joined(separator: "&"))
}

let contactPath = "/c/photos/pat"
let lettersPath = "/api/v1/sites/photos/recipients/pat/letters"
