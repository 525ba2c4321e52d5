package import NIOCore

/// A file that the pages load: the style sheet, the script, the icon.
package struct Asset: Sendable {
    package let name: String
    package let mediaType: String
    package let content: ByteBuffer
    /// Sixteen hexadecimal digits (FNV-1a, 64 bits) that tell two versions apart. They protect nothing.
    package let version: String

    /// Nil for a kind of file that we do not serve.
    package init?(name: String, content: [UInt8]) {
        guard let mediaType = Self.mediaType(of: name) else { return nil }
        self.name = name
        self.mediaType = mediaType
        self.content = ByteBuffer(bytes: content)
        let hash = content.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        let digits = String(hash, radix: 16)
        version = String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// The URL that pages use. It changes with the content, which may therefore be cached for ever.
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
