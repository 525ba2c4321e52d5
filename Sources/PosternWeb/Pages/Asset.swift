package import NIOCore

/// A file the pages load from us: the style sheet, the icon.
package struct Asset: Sendable {
    package let name: String
    package let mediaType: String
    package let content: ByteBuffer
    /// Sixteen hexadecimal digits of the content (FNV-1a, 64 bits). Tells two versions apart; protects nothing.
    package let version: String

    /// Nil for a kind of file we do not serve.
    package init?(name: String, content: [UInt8]) {
        guard let mediaType = Self.mediaType(of: name) else { return nil }
        (self.name, self.mediaType) = (name, mediaType)
        self.content = ByteBuffer(bytes: content)
        let hash = content.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        version = String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// The address pages use. It changes with the content, so that the content may be cached for ever.
    package var path: String { "/assets/\(version)/\(name)" }

    private static func mediaType(of name: String) -> String? {
        switch name.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "txt": "text/plain; charset=utf-8"
        default: nil
        }
    }
}
