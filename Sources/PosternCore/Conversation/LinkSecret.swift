/// 128 random bits, made by the relay when it accepts a letter or a reply, from which all links of its mail follow. It travels inside
/// the sealed letter and is forgotten by the relay, so that only the vault can write the links into a mail.
package struct LinkSecret: Hashable, Sendable, Unprintable {
    package static let length = 16

    package let bytes: [UInt8]

    /// - Returns: nil unless there are sixteen bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    package init(using randomness: inout some RandomNumberGenerator) {
        var writer = ByteWriter(capacity: Self.length)
        writer.write(randomness.next() as UInt64)
        writer.write(randomness.next() as UInt64)
        bytes = writer.bytes
    }
}
