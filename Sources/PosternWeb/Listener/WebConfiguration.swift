package import PosternCore

/// What a listener needs to know. The wiring makes it from the configuration file.
package struct WebConfiguration: Sendable {
    /// Where this listener binds.
    package let listen: ListenAddress
    /// Where visitors reach the public listener. Its scheme decides whether browsers are told to insist on HTTPS.
    package let publicURL: WebOrigin
    /// Only these may name the client.
    package let trustedProxies: [AddressRange]
    /// Who is to be told about a vulnerability of this service; empty for nobody.
    package let securityContacts: [SecurityContact]
    package let limits: WebLimits

    package init(
        listen: ListenAddress, publicURL: WebOrigin, trustedProxies: [AddressRange] = [],
        securityContacts: [SecurityContact] = [], limits: WebLimits = WebLimits()
    ) {
        self.listen = listen
        self.publicURL = publicURL
        self.trustedProxies = trustedProxies
        self.securityContacts = securityContacts
        self.limits = limits
    }

    package var isSecure: Bool { publicURL.description.hasPrefix("https://") }
}

/// Limits of size and time, so that no client can starve the others.
package struct WebLimits: Sendable {
    package var bodyKiB = Letter.Limit.postKiB
    package var headerKiB = 16
    /// The request line: method, target and version.
    package var lineKiB = 8
    /// `ConnectionTable` gives each network a share of them.
    package var connections = 768
    /// From the first byte of a request to the end of its head; on a new connection, from the start.
    package var head: Duration = .seconds(10)
    /// From the end of the head to the end of the body. No byte renews it.
    package var body: Duration = .seconds(20)
    /// The same for a body that is announced as too large. What arrives is shown to the visitor again.
    package var oversized: Duration = .seconds(3)
    /// The same while most connections are taken.
    package var crowdedHead: Duration = .seconds(3)
    package var crowdedBody: Duration = .seconds(6)
    /// Between two requests on a connection.
    package var idle: Duration = .seconds(30)
    /// How long a slow client may take to read the next part of an answer.
    package var fetch: Duration = .seconds(30)
    /// How long a client may take to read the last answer before we close the connection.
    package var lingering: Duration = .seconds(2)

    package init() {}
}
