package import PosternCore

/// What both listeners need to know. Made by the wiring from the configuration file.
package struct WebConfiguration: Sendable {
    /// Where this listener binds.
    package let listen: ListenAddress
    /// Where visitors reach the public listener: says whether browsers may be told to insist on HTTPS.
    package let publicURL: WebOrigin
    /// Only these may say for whom they speak.
    package let trustedProxies: [AddressRange]
    package let limits: WebLimits

    package init(
        listen: ListenAddress, publicURL: WebOrigin, trustedProxies: [AddressRange] = [], limits: WebLimits = WebLimits()
    ) {
        (self.listen, self.publicURL) = (listen, publicURL)
        (self.trustedProxies, self.limits) = (trustedProxies, limits)
    }

    package var isSecure: Bool { publicURL.description.hasPrefix("https://") }
}

/// Sizes and times that bound what one client can take from all others.
package struct WebLimits: Sendable {
    package var bodyKiB = 64
    package var headerKiB = 16
    /// Method, target and version of a request.
    package var lineKiB = 8
    /// Fits, with room for files, under the usual soft limit of 1,024 descriptors.
    package var connections = 768
    /// Of one IPv4 address or one IPv6 /64. A house, an office or a mobile network behind one address keeps well below;
    /// a browser opens six.
    package var connectionsPerPrefix = 96
    /// From the first byte of a request to the end of its head; on a new connection, from the start.
    package var head: Duration = .seconds(10)
    /// From the end of the head to the end of the body, however busily it drips.
    package var body: Duration = .seconds(20)
    /// Between two requests of a connection.
    package var idle: Duration = .seconds(30)
    /// For the next part of an answer to be fetched, when the client does not keep up.
    package var fetch: Duration = .seconds(30)
    /// How long an answer to a request that was not read to its end may take to be fetched.
    package var lingering: Duration = .seconds(2)

    package init() {}
}
