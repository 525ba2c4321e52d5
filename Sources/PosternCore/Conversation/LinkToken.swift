/// What stands in the path of a link: the millisecond in which the link was made (6 bytes, so that new links lie at the end of the
/// store's tree) and 128 bits that nobody can guess. Written as 36 characters of Crockford's base 32 in lower case.
///
/// Anyone who has it may do the one thing that it is for. The store keeps only its digest.
///
/// Until version 7 of the schema it had the second (4 bytes), in 32 characters. Such links are in mails for as long as their letters are
/// kept, and work.
package struct LinkToken: Hashable, Sendable, Unprintable {
    package static let secretLength = 16
    private static let textLength = 36
    private static let formerLength = 32

    /// Milliseconds since 1970, 48 bits; of a former link, seconds.
    package let madeAt: UInt64
    private let isFormer: Bool
    /// Sixteen bytes.
    package let secret: [UInt8]

    /// - Returns: nil unless the secret has sixteen bytes.
    package init?(madeAt: UInt64, secret: [UInt8]) {
        guard secret.count == Self.secretLength else { return nil }
        (self.madeAt, self.secret, isFormer) = (madeAt & Self.latest, secret, false)
    }

    /// - Precondition: sixteen bytes.
    package init(madeAt: UInt64, of secret: [UInt8]) {
        precondition(secret.count == Self.secretLength, "a link has 128 random bits")
        (self.madeAt, self.secret, isFormer) = (madeAt & Self.latest, secret, false)
    }

    private init(formerAt second: UInt64, of secret: [UInt8]) {
        (madeAt, self.secret, isFormer) = (second, secret, true)
    }

    /// The same link as the program wrote it before: mails of conversations that began then still have to lead there. Nil for one that is
    /// written so already.
    package var former: LinkToken? { isFormer ? nil : LinkToken(formerAt: madeAt / 1_000 & 0xFFFF_FFFF, of: secret) }

    private static let latest: UInt64 = 1 << 48 - 1

    /// A moment as a token has it.
    package static func milliseconds(of moment: Timestamp) -> UInt64 { min(UInt64(clamping: moment.milliseconds), latest) }

    package var bytes: [UInt8] {
        let length: UInt64 = isFormer ? 4 : 6
        return (1...length).map { UInt8(truncatingIfNeeded: madeAt >> ((length - $0) * 8)) } + secret
    }

    /// For a link's path. Not `description`, which prints nothing.
    package var text: String { Base32.text(of: bytes) }

    /// Reads what a person or a mail program made of a link's path: in capitals, or with the full stop or bracket that followed it.
    package init?(text: String) {
        let text = text.utf8.prefix(Self.textLength + 8).reversed().drop { !$0.isASCIILetterOrDigit }.reversed()
        guard text.count == Self.textLength || text.count == Self.formerLength, let bytes = Base32.bytes(of: text) else {
            return nil
        }
        let length = bytes.count - Self.secretLength
        let moment = bytes.prefix(length).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let secret = Array(bytes.dropFirst(length))
        if text.count == Self.formerLength {
            self.init(formerAt: moment, of: secret)
        } else {
            self.init(madeAt: moment, of: secret)
        }
    }
}

extension Base32 {
    /// Zero bits fill up the last character.
    static func text(of bytes: [UInt8]) -> String {
        var characters: [UInt8] = []
        characters.reserveCapacity((bytes.count * 8 + 4) / 5)
        var (pending, bits) = (UInt32(0), 0)
        for byte in bytes {
            (pending, bits) = (pending << 8 | UInt32(byte), bits + 8)
            while bits >= 5 {
                bits -= 5
                characters.append(alphabet[Int(pending >> UInt32(bits)) & 31])
            }
            pending &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { characters.append(alphabet[Int(pending << UInt32(5 - bits))]) }
        return String(decoding: characters, as: UTF8.self)
    }

    /// - Returns: nil for a character outside the alphabet, in either case, or for left-over bits that are not zero.
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
        return bits < 5 && pending == 0 ? bytes : nil
    }
}
