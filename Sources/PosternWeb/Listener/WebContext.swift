package import Hummingbird
package import Logging
package import PosternCore

/// What guards and handlers know of a request besides the request.
package struct WebContext: InitializableFromSource, Sendable {
    package let logger: Logger
    /// The other end of the connection. Nil when it is gone already, or is a Unix socket.
    package let peer: ClientAddress?
    /// Names the connection to the `ConnectionAdmission`, while it lasts.
    package let connection: ObjectIdentifier
    /// Nil when the path names nothing.
    package var route: Route?
    /// Of the path, by the names in the route's pattern.
    package var captures: PathPattern.Captures?
    package var identity = Identity.nobody

    package init(source: ApplicationRequestContextSource) {
        logger = source.logger
        connection = ObjectIdentifier(source.channel)
        peer = source.channel.remoteAddress.flatMap { ClientAddress($0) }
    }

    /// What stands in the path at this name of the route's pattern, percent-decoded.
    package subscript(name: String) -> String { captures?[name] ?? "" }

    /// Where there is no route, by the path.
    package func isForPrograms(_ request: Request) -> Bool {
        route.map { $0.audience == .programs } ?? request.uri.path.hasPrefix("/api/")
    }

    /// Logs a fault of ours under an incident that the answer names as well.
    /// - Parameter error: only its type is logged: what it says may hold anything.
    func incident(_ what: Logger.Message, _ error: any Error) -> Incident {
        var randomness = SystemRandomNumberGenerator()
        let incident = Incident(using: &randomness)
        logger.warning(what, metadata: [WebLogKey.incident: "\(incident)", WebLogKey.fault: "\(type(of: error))"])
        return incident
    }
}

/// The metadata keys of the web's log lines. Ids only; never an address, a client address or a letter's text.
package enum WebLogKey {
    package static let incident = "incident"
    package static let letter = "letter"
    package static let outcome = "outcome"
    package static let fault = "fault"
}
