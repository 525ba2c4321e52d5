private import PosternCore

/// The shape of a path as OpenAPI writes it: `/c/{site}/{handle}`, `/privacy/{site}.json`.
package struct PathPattern: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    private enum Segment: Hashable {
        case literal(String)
        case capture(name: String, suffix: String)
    }

    package let description: String
    private let segments: [Segment]

    package init(stringLiteral text: String) {
        description = text
        segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { segment in
            guard segment.first == "{", let end = segment.firstIndex(of: "}") else { return .literal(String(segment)) }
            return .capture(name: String(segment[..<end].dropFirst()), suffix: String(segment[end...].dropFirst()))
        }
    }

    /// Splits a path at its slashes and then percent-decodes each segment, so that `%2F` is not a slash.
    ///
    /// One slash at the end is ignored: people type it. Nil when a segment is not UTF-8. No pattern has more than seven
    /// segments; the rest of a longer path stays in one piece, which costs little and matches nothing.
    package static func segments(of path: String) -> [String]? {
        var segments: [String] = []
        for part in split(path) {
            guard let segment = String(validating: decoded(part), as: UTF8.self) else { return nil }
            segments.append(segment)
        }
        if segments.count > 1, segments.last == "" { segments.removeLast() }
        return segments
    }

    /// The same of a path with nothing to decode, as nearly all are; nil for another. A copy of each segment for each route would
    /// cost more than to find the route.
    static func plainParts(of path: String) -> [Substring]? {
        guard !path.utf8.contains(UInt8(ascii: "%")) else { return nil }
        var parts = split(path).map { Substring($0) }
        if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
        return parts
    }

    func matches(_ parts: [Substring]) -> Bool {
        guard parts.count == segments.count else { return false }
        return zip(segments, parts).allSatisfy { segment, part in
            switch segment {
            case .literal(let literal): part.utf8.elementsEqual(literal.utf8)
            case .capture(_, let suffix): suffix.isEmpty || part.hasSuffix(suffix)
            }
        }
    }

    /// The same for a path that matches nothing as it is: without empty segments, without what some servers add to each
    /// (`;jsessionid=…`), and read as Windows-1252 where it is not UTF-8.
    package static func tidiedSegments(of path: String) -> [String] {
        let segments = split(path).compactMap { part -> String? in
            let octets = decoded(part.prefix { $0 != UInt8(ascii: ";") })
            guard !octets.isEmpty else { return nil }
            return String(validating: octets, as: UTF8.self) ?? SingleByteCharset.windows1252.text(of: octets)
        }
        return segments.isEmpty ? [""] : segments
    }

    private static func split(_ path: String) -> some Sequence<Substring.UTF8View> {
        path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 8, omittingEmptySubsequences: false).dropFirst()
    }

    private static func decoded(_ segment: Substring.UTF8View) -> [UInt8] {
        segment.contains(UInt8(ascii: "%")) ? PercentCoding.decoded(Array(segment), plusIsSpace: false) : Array(segment)
    }

    /// - Parameter ignoringCase: of the pattern's own words. Codes for cameras are often written in capitals alone.
    package func matches(_ path: [String], ignoringCase: Bool = false) -> Bool {
        guard path.count == segments.count else { return false }
        return zip(segments, path).allSatisfy { segment, text in
            switch segment {
            case .literal(let literal): text == literal || (ignoringCase && text.lowercased() == literal)
            case .capture(_, let suffix): suffix.isEmpty || text.hasSuffix(suffix)
            }
        }
    }

    /// The parts of a path that the pattern names. They are untrusted: there may be no such site or handle.
    package struct Captures: Sendable {
        private let pattern: PathPattern
        private let segments: [String]

        /// - Parameter segments: of a path that matches the pattern.
        package init(pattern: PathPattern, segments: [String]) {
            self.pattern = pattern
            self.segments = segments
        }

        /// Empty when the pattern has no such name.
        package subscript(name: String) -> String {
            for (segment, text) in zip(pattern.segments, segments) {
                if case .capture(name, let suffix) = segment { return String(text.dropLast(suffix.count)) }
            }
            return ""
        }

        /// The same captures, one of them with another text.
        package func replacing(_ name: String, by text: String) -> Captures {
            Captures(
                pattern: pattern,
                segments: zip(pattern.segments, segments).map { segment, old in
                    if case .capture(name, let suffix) = segment { text + suffix } else { old }
                })
        }

        /// The captures that links are made of (a site, a handle, a token) in their one spelling.
        package var canonical: Captures {
            var canonical = self
            if let site = SiteID(spelled: self["site"]) { canonical = canonical.replacing("site", by: site.text) }
            if let handle = Handle(spelled: self["handle"]) { canonical = canonical.replacing("handle", by: handle.text) }
            let token = self["token"]
            if let last = token.unicodeScalars.lastIndex(where: Self.isOfToken) {
                canonical = canonical.replacing("token", by: String(token.unicodeScalars[...last]))
            }
            return canonical
        }

        /// Base64url. The dot that some tokens have is inside.
        private static func isOfToken(_ scalar: Unicode.Scalar) -> Bool {
            guard scalar.isASCII else { return false }
            return UInt8(truncatingIfNeeded: scalar.value).isASCIILetterOrDigit || scalar == "-" || scalar == "_"
        }

        /// The path, encoded so that it is safe in a header field.
        package var path: String {
            zip(pattern.segments, segments).map { segment, text in
                if case .literal(let literal) = segment { "/" + literal } else { "/" + PercentCoding.encoded(text) }
            }.joined()
        }
    }
}
