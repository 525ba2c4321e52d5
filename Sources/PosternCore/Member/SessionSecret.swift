/// What the cookie of a member's session holds: 128 random bits. The store keeps a digest, and what only the cookie opens.
package struct SessionSecret: Hashable, Sendable, Unprintable {
    package static let length = 16
    /// How long a session lasts.
    package static let lifetime = Duration.minutes(30)

    package let bytes: [UInt8]

    package init(using randomness: inout some RandomNumberGenerator) {
        bytes = Identifier<Self>(high: randomness.next(), low: randomness.next()).bytes
    }

    /// For the cookie. Not `description`, which prints nothing.
    package var text: String { Identifier<Self>(bytes: bytes)?.description ?? "" }

    /// - Returns: nil for what `text` cannot have written.
    package init?(text: String) {
        guard let bytes = Identifier<Self>(text)?.bytes else { return nil }
        self.bytes = bytes
    }
}
