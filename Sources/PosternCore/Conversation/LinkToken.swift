/// What stands in the path of a link: the second in which the link was made (4 bytes, so that links of one time lie together in the
/// store) and 128 bits that nobody can guess. Written as 32 characters of Crockford's base 32 in lower case.
///
/// Whoever has it may do the one thing that it is for. The store keeps its digest alone.
package struct LinkToken: Hashable, Sendable, Unprintable {
    package static let secretLength = 16
    private static let textLength = 32

    /// Seconds since 1970.
    package let madeAt: UInt32
    /// Sixteen bytes.
    package let secret: [UInt8]

    /// - Returns: nil unless the secret has sixteen bytes.
    package init?(madeAt: UInt32, secret: [UInt8]) {
        guard secret.count == Self.secretLength else { return nil }
        (self.madeAt, self.secret) = (madeAt, secret)
    }

    /// - Precondition: sixteen bytes.
    package init(madeAt: UInt32, of secret: [UInt8]) {
        precondition(secret.count == Self.secretLength, "a link has 128 random bits")
        (self.madeAt, self.secret) = (madeAt, secret)
    }

    /// The second of a moment, as a token has it.
    package static func second(of moment: Timestamp) -> UInt32 { UInt32(clamping: moment.milliseconds / 1_000) }

    package var bytes: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: madeAt >> UInt32(24 - $0 * 8)) } + secret
    }

    /// For a link's path. Not `description`, which prints nothing.
    package var text: String { Base32.text(of: bytes) }

    /// Reads what a person or a mail program made of a link's path: in capitals, or with the full stop or bracket that followed it.
    package init?(text: String) {
        let text = text.utf8.prefix(Self.textLength + 8).reversed().drop { !$0.isASCIILetterOrDigit }.reversed()
        guard text.count == Self.textLength, let bytes = Base32.bytes(of: text) else { return nil }
        self.init(madeAt: bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, secret: Array(bytes.dropFirst(4)))
    }
}

extension Base32 {
    /// - Parameter bytes: a multiple of five.
    static func text(of bytes: [UInt8]) -> String {
        var characters: [UInt8] = []
        characters.reserveCapacity(bytes.count * 8 / 5)
        var (pending, bits) = (UInt32(0), 0)
        for byte in bytes {
            (pending, bits) = (pending << 8 | UInt32(byte), bits + 8)
            while bits >= 5 {
                bits -= 5
                characters.append(alphabet[Int(pending >> UInt32(bits)) & 31])
            }
            pending &= (1 << UInt32(bits)) - 1
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// - Returns: nil for a character outside the alphabet, in either case, or for left-over bits.
    static func bytes(of characters: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (pending, bits) = (UInt32(0), 0)
        for character in characters {
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(character)
            let value = values[Int(isCapital ? character | 0x20 : character)]
            guard value < 32 else { return nil }
            (pending, bits) = (pending << 5 | UInt32(value), bits + 5)
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
                pending &= (1 << UInt32(bits)) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }
}
