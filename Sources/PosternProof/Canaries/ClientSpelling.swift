private import PosternCore

/// The ways to write one IP address.
struct ClientSpelling {
    private let text: String
    private let bytes: [UInt8]

    init(_ text: String) {
        self.text = text
        bytes = ClientAddress(text: text)?.bytes ?? []
    }

    var texts: [String] {
        guard bytes.count == 16 else { return fourByteTexts }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        func full(_ group: UInt16) -> String {
            String(decoding: Encoding.hex([UInt8(group >> 8), UInt8(group & 0xFF)]), as: UTF8.self)
        }
        // As under ip6.arpa (RFC 3596 §2.5): digit by digit, in reverse.
        let nibbles = groups.map(full).joined().reversed().map(String.init).joined(separator: ".")
        return [text, groups.map(full).joined(separator: ":"), nibbles, text.split(separator: ":").joined(separator: "-")]
    }

    private var fourByteTexts: [String] {
        let numbers = bytes.map { String($0) }
        // As under in-addr.arpa, and as providers name their customers' hosts.
        return [text, numbers.reversed().joined(separator: "."), numbers.joined(separator: "-")]
    }

    /// The sixteen bytes and their digits. For IPv4, the end of its mapped form (RFC 4291 §2.5.5.2), without the zeros before
    /// it.
    var binary: [[UInt8]] {
        let whole = bytes.count == 4 ? [0, 0, 0, 0, 0xFF, 0xFF] + bytes : bytes
        guard !bytes.isEmpty else { return [] }
        return [whole, Encoding.hex(whole), Encoding.hex(whole, uppercase: true)] + Encoding.base64(of: whole)
    }
}
