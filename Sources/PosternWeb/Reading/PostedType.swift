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

    package init(_ headers: HTTPFields) {
        // `identity` is no coding at all, though some programs say it (RFC 9110 §12.5.3); an empty list says nothing.
        isEncoded = headers[values: .contentEncoding].contains { value in
            value.split(separator: ",").contains { !["", "identity"].contains(Self.bare($0).lowercased()) }
        }
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
