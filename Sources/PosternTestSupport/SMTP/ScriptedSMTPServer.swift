import NIOCore
import NIOPosix
import NIOSSL

/// An SMTP server on loopback that does what its script says and remembers everything it was told.
package final class ScriptedSMTPServer: Sendable {
    private let channel: any Channel
    private let ledger: ServerLedger
    package let port: Int

    private init(channel: any Channel, port: Int, ledger: ServerLedger) {
        self.channel = channel
        self.port = port
        self.ledger = ledger
    }

    /// Listens on a free port of 127.0.0.1.
    /// - Parameter port: a given port instead, to take the place of a server that was stopped.
    package static func start(_ script: Script = Script(), port: Int = 0) async throws -> ScriptedSMTPServer {
        let ledger = ServerLedger()
        let tls = try script.security.context()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    if case .implicit = script.security, let tls {
                        try child.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    let session = SMTPSession(script: script, tls: tls, ledger: ledger)
                    try child.pipeline.syncOperations.addHandler(session)
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return ScriptedSMTPServer(channel: channel, port: channel.localAddress?.port ?? 0, ledger: ledger)
    }

    /// Runs the body with a server and stops it afterwards, whatever happens.
    package static func with<Result>(
        _ script: Script = Script(), _ body: (ScriptedSMTPServer) async throws -> Result
    ) async throws -> Result {
        let server = try await start(script)
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    /// Closes the port and every connection.
    package func stop() async {
        try? await channel.close().get()
        await closeConnections()
    }

    /// Closes every open connection, as a server does after a while.
    package func closeConnections() async {
        for child in ledger.channels.values { try? await child.close().get() }
    }

    package var sessions: [ServerSession] { ledger.sessions }

    /// Every command heard, session by session.
    package var commands: [String] { sessions.flatMap(\.commands) }

    /// Every letter whose final dot came in, whatever the answer was.
    package var messages: [ServerMessage] { ledger.messages }

    /// Waits until that many letters were taken (final dot answered 2xx).
    /// - Throws: `NotInTime`.
    @discardableResult
    package func received(count: Int, within limit: Duration = .seconds(60)) async throws -> [ServerMessage] {
        try await eventually("\(count) letters received", within: limit) {
            messages.count { $0.isAccepted == true } >= count
        }
        return messages.filter { $0.isAccepted == true }
    }
}

extension Script.Security {
    fileprivate func context() throws -> NIOSSLContext? {
        switch self {
        case .none:
            return nil
        case .startTLS(let pair), .implicit(let pair):
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(pair.certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: pair.key, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            // An idle client answers no close_notify; the standard 5 s are not worth waiting.
            configuration.shutdownTimeout = .milliseconds(50)
            return try NIOSSLContext(configuration: configuration)
        }
    }
}
