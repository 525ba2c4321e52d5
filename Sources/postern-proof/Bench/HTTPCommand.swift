internal import ArgumentParser
private import HTTPTypes
private import Hummingbird
private import HummingbirdCore
private import Logging
private import NIOCore
internal import PosternCore
private import PosternHost
private import PosternWeb
private import ServiceLifecycle
private import UnixSignals

/// A baseline: it reads the body of any POST and answers as if a letter were accepted. The framework and its settings are those of
/// the public listener, but there are no guards or routes, so the difference is our own cost.
struct HTTPCommand: CagedCommand {
    static let configuration = CommandConfiguration(
        commandName: "http", abstract: "Serve nothing but POST, answered 202 unread: the ceiling of the web side.",
        discussion: """
            The framework and the settings of the public listener, and nothing of the service. Takes bodies of up to 64 KiB at \
            any path, until SIGTERM. Never run it on a network that others can reach.
            """)

    @Option(help: ArgumentHelp("Where to listen.", valueName: "address:port"))
    var listen: ListenAddress

    /// The relay's: or the comparison is not fair.
    func enterCage() throws {
        var rules = ProcessCage.Rules()
        rules.listens = [UInt16(listen.port)]
        _ = try ProcessCage(.relay, rules).enter(becoming: nil, isRequired: false)
    }

    func run(_: Void) async throws {
        let logger = Logger(label: "bench") { _ in LineLog(process: "bench", level: .info) }
        var quiet = logger
        quiet.logLevel = .warning
        guard let origin = WebOrigin("http://\(listen)") else {
            throw Exit.configuration.saying("no browser could be sent to \(listen)")
        }
        do {
            try PortFault.probe(listen, setting: "--listen")
        } catch {
            throw Exit.unavailable.saying("\(error)")
        }
        let configuration = WebConfiguration(listen: listen, publicURL: origin)
        let http = HTTP1Channel.Configuration(configuration.limits, handlers: [])
        let application = Application(
            responder: BareResponder(bodyKiB: configuration.limits.bodyKiB),
            server: HTTPServerBuilder { HTTP1Channel(responder: $0, configuration: http) },
            configuration: ApplicationConfiguration(configuration, logger: quiet),
            onServerRunning: { [listen] _ in logger.info("ready", metadata: ["listen": "\(listen)"]) },
            logger: quiet)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: application, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }
}

private struct BareResponder: HTTPResponder {
    let bodyKiB: Int
    /// As long as a real answer.
    private let answer = ByteBuffer(string: #"{"id":"00000000000000000000000000","status":"accepted"}"#)

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard request.method == .post else { return Response(status: .methodNotAllowed, headers: [.allow: "POST"]) }
        do {
            _ = try await request.body.collect(upTo: bodyKiB * 1_024)
        } catch {
            return Response(status: .contentTooLarge).closing()
        }
        return Response(
            status: .accepted, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: answer))
    }
}

extension ListenAddress: ExpressibleByArgument {
    /// `127.0.0.1:8080`; nil for anything else.
    init?(argument: String) { self.init(argument) }
}
