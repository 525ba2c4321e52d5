package import HTTPTypes
private import PosternMail

/// What a request says of its body: `Content-Type` and `Content-Encoding` (RFC 9110 §8.3, §8.4).
package struct PostedType: Equatable, Sendable {
    /// In lower case; nil when the request names none.
    package let mediaType: String?
    /// In lower case, without quotes.
    package let charset: String?
    package let boundary: String?
    /// Compressed, or something else that would have to be undone first.
    package let isEncoded: Bool

    /// What can have been done to a body: IANA's registry of content codings, other names of theirs, and what programs have made up.
    private static let codings: Set<String> = {
        let registered = ["aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "pack200-gzip", "zstd"]
        let others = ["brotli", "bzip2", "gz", "lz4", "lzma", "snappy", "xz", "zip", "zlib", "base64", "quoted-printable"]
        return Set(registered + others).union((registered + others).map { "x-" + $0 })
    }()

    package init(_ headers: HTTPFields) {
        // Scripts say here what is none: `identity` (RFC 9110 §12.5.3), `none`, a charset, a type.
        let codings = headers[values: .contentEncoding].flatMap { value in
            value.split(separator: ",").map { Self.bare($0, " \t\"'").lowercased() }
        }
        isEncoded = codings.contains { Self.codings.contains($0) }
        // Proxies have been seen to send it twice. If the two differ, it is the first that counts.
        let written = headers[values: .contentType].first ?? ""
        if let field = ParameterisedField(written) {
            mediaType = field.value
            charset = field.parameters["charset"].map { Self.bare($0[...], "'\"").lowercased() }
            boundary = field.boundary
        } else {
            // With parameters that are none, the type still says what it is.
            let type = Self.bare(written.prefix { $0 != ";" && $0 != "," }).lowercased()
            mediaType = type.isEmpty ? nil : type
            (charset, boundary) = (nil, nil)
        }
    }

    private static func bare(_ text: Substring, _ edge: String = " \t") -> String {
        var text = text
        while let first = text.first, edge.contains(first) { text.removeFirst() }
        while let last = text.last, edge.contains(last) { text.removeLast() }
        return String(text)
    }
}
