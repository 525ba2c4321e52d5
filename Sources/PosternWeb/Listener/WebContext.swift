package import Hummingbird
package import Logging
package import PosternCore
package import PosternRelay

/// What guards and handlers know about a request, apart from the request itself.
package struct WebContext: InitializableFromSource, Sendable {
    package let logger: Logger
    /// The other end of the connection. Nil when it has closed already, or is a Unix socket.
    package let peer: ClientAddress?
    /// What `Content-Length` says, read once; 0 without one.
    package var announcedLength = 0
    /// Identifies the connection to `ConnectionAdmission` while it is open.
    package let connection: ObjectIdentifier
    /// Nil when no route matches the path.
    package var route: Route?
    /// The parts of the path that the route's pattern names.
    package var captures: PathPattern.Captures?
    package var identity = Identity.nobody
    /// The link in the path of a route for the holders of links. Set by `LinkReader`.
    package var link: LinkToken?
    /// The same of a link that a member was mailed.
    package var mailedToken: MailedToken?
    /// Whose session the request's cookie is for. Set by `SessionGuard`, on the members' routes.
    package var member: SignedIn?
    /// Who is signed in, on the staff's routes. Set by `StaffGuard`.
    package var staff: SignedInStaff?
    /// Who sent the request, whatever trusted proxies it passed. Set by `RequestLimitGuard`, and by `StaffGuard`.
    package var client: ClientAddress?
    /// `Listener` puts its own here before anyone reads it; Hummingbird, which makes the context, knows none.
    var randomness = RandomSource { 0 }

    package init(source: ApplicationRequestContextSource) {
        logger = source.logger
        connection = ObjectIdentifier(source.channel)
        peer = source.channel.remoteAddress.flatMap { ClientAddress($0) }
    }

    /// The part of the path that the route's pattern calls `name`, percent-decoded.
    package subscript(name: String) -> String { captures?[name] ?? "" }

    /// A link leads to the route, or it is for members: no script, no URL in a log, nothing kept.
    package var isBehindLink: Bool { route?.isBehindLink ?? false }

    /// By the route's audience; without a route, by the path.
    package func isForPrograms(_ request: Request) -> Bool {
        route.map { $0.audience == .programs } ?? request.uri.path.hasPrefix("/api/")
    }

    /// Logs a fault of ours under an incident id that the answer shows as well.
    /// - Parameter error: only its type is logged, because its text may hold personal data.
    func incident(_ what: Logger.Message, _ error: any Error) -> Incident {
        var randomness = randomness
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
