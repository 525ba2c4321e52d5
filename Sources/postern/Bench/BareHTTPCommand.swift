internal import ArgumentParser
private import Logging
internal import PosternCore
private import PosternWeb

extension BenchCommand {
    struct HTTP: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "http", abstract: "Serve nothing but POST, answered 202 unread: the ceiling of the web side.",
            discussion: """
                The framework and the settings of the public listener, and nothing of the service behind it. Takes bodies of up to \
                64 KiB at any path, until SIGTERM. Not for any network that others can reach.
                """)

        @Option(help: ArgumentHelp("Where to listen.", valueName: "address:port"))
        var listen: ListenAddress

        func run() async throws {
            // As the relay does, whose memory and signals are kept the same way.
            try ProcessGuard.close(becoming: nil)
            let logger = Logger(label: "bench") { _ in LineLog(process: "bench", level: .info) }
            guard let origin = WebOrigin("http://\(listen)") else {
                throw Exit.configuration.saying("\(listen) is no address that a browser could be sent to")
            }
            do {
                try PortFault.probe(listen, setting: "--listen")
            } catch {
                throw Exit.unavailable.saying("\(error)")
            }
            let application = buildBareApplication(
                WebConfiguration(listen: listen, publicURL: origin), logger: logger.quiet
            ) { [listen] _ in
                logger.info("ready", metadata: ["listen": "\(listen)"])
            }
            try await runServices([application], supervised: false, logger: logger)
        }
    }
}

extension ListenAddress: ExpressibleByArgument {
    /// `127.0.0.1:8080`; nil for anything else.
    init?(argument: String) { self.init(argument) }
}
