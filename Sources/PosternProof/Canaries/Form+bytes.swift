internal import Crypto

extension Form {
    /// Every byte string to search for to find this value in this form; each is at least eight bytes long.
    package func needles(of canary: Canary) -> [[UInt8]] {
        guard suits(canary) else { return [] }
        let found =
            switch self {
            case .punycode: [Array(canary.stored.utf8)]
            case .binary: ClientSpelling(canary.text).binary
            case .part: canary.parts.map { Array($0.utf8) }
            default: canary.spellings.flatMap(needles(of:))
            }
        var seen: Set<[UInt8]> = []
        return found.filter { $0.count >= NeedleSearch.shortest && seen.insert($0).inserted }
    }

    private func needles(of text: String) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        return switch self {
        case .plain: [bytes]
        case .capitals: [Array(text.uppercased().utf8)]
        case .reversed: [Array(String(text.reversed()).utf8), bytes.reversed()]
        case .base64: Encoding.base64(of: bytes)
        case .quotedPrintable: [Encoding.marked(bytes, "=", uppercase: true, keeping: ""), Encoding.quotedPrintable(bytes)]
        case .hex: [Encoding.hex(bytes), Encoding.hex(bytes, uppercase: true)]
        case .percent:
            [true, false].flatMap { uppercase in
                ["-._~", "-._~+!$&'()*,;=", nil, ""].map { Encoding.percent(bytes, keeping: $0, uppercase: uppercase) }
            } + [Encoding.form(bytes)]
        case .references: Encoding.references(text)
        case .escapes: Encoding.escapes(text)
        case .utf16LittleEndian: [text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }]
        case .utf16BigEndian: [text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }]
        case .md5: Encoding.digests(Array(Insecure.MD5.hash(data: bytes)))
        case .sha1: Encoding.digests(Array(Insecure.SHA1.hash(data: bytes)))
        case .sha256: Encoding.digests(Array(SHA256.hash(data: bytes)))
        case .punycode, .binary, .part: []
        }
    }
}

extension Canary {
    /// The ways in which the same value is written.
    var spellings: [String] {
        switch kind {
        case .clientAddress: ClientSpelling(text).texts
        case .recipientAddress, .visitorAddress, .letterText: [text]
        }
    }

    /// Parts that reveal nearly as much as the whole.
    var parts: [String] {
        switch kind {
        case .recipientAddress: stored.split(separator: "@").map { String($0.prefix { $0 != "+" }) }
        case .clientAddress: [text.split(separator: ":").prefix(4).joined(separator: ":") + ":"]
        case .visitorAddress, .letterText: []
        }
    }
}
