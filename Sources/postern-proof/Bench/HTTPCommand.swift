internal import ArgumentParser
private import Logging
internal import PosternCore
private import PosternHost
private import PosternWeb
private import ServiceLifecycle
private import UnixSignals

struct HTTPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http", abstract: "Serve nothing but POST, answered 202 unread: the ceiling of the web side.",
        discussion: """
            The framework and the settings of the public listener, and nothing of the service. Takes bodies of up to 64 KiB at \
            any path, until SIGTERM. Never run it on a network that others can reach.
            """)

    @Option(help: ArgumentHelp("Where to listen.", valueName: "address:port"))
    var listen: ListenAddress

    func run() async throws {
        // As the relay does: memory and signals are handled alike, or the comparison is not fair.
        try ProcessGuard.close(becoming: nil)
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
        let application = buildBareApplication(WebConfiguration(listen: listen, publicURL: origin), logger: quiet) {
            [listen] _ in
            logger.info("ready", metadata: ["listen": "\(listen)"])
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: application, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }
}

extension ListenAddress: ExpressibleByArgument {
    /// `127.0.0.1:8080`; nil for anything else.
    init?(argument: String) { self.init(argument) }
}
