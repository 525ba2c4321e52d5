package import Hummingbird
package import Logging
package import PosternCore

/// What a handler knows of a request besides the request: who sent it, and where to log.
package struct WebContext: InitializableFromSource, Sendable {
    package let logger: Logger
    /// The other end of the connection. Nil when it is gone already, or is a Unix socket.
    package let peer: ClientAddress?
    /// Names the connection to the `ConnectionAdmission`, while it lasts.
    package let connection: ObjectIdentifier

    package init(source: ApplicationRequestContextSource) {
        logger = source.logger
        connection = ObjectIdentifier(source.channel)
        peer = source.channel.remoteAddress.flatMap { ClientAddress($0) }
    }

    /// Logs a fault of ours under a name that stands on the page as well.
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
