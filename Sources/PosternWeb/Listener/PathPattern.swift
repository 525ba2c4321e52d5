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
        for part in path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 8, omittingEmptySubsequences: false).dropFirst() {
            guard let segment = decoded(part) else { return nil }
            segments.append(segment)
        }
        if segments.count > 1, segments.last == "" { segments.removeLast() }
        return segments
    }

    private static func decoded(_ segment: Substring.UTF8View) -> String? {
        guard segment.contains(UInt8(ascii: "%")) else { return String(Substring(segment)) }
        return String(validating: PercentCoding.decoded(Array(segment), plusIsSpace: false), as: UTF8.self)
    }

    package func matches(_ path: [String]) -> Bool {
        guard path.count == segments.count else { return false }
        return zip(segments, path).allSatisfy { segment, text in
            switch segment {
            case .literal(let literal): text == literal
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

        /// With the capture of that name in lower case; nil when nothing changes. ASCII only: no other letter is in a handle.
        package func lowercasing(_ name: String) -> Captures? {
            let lower = zip(pattern.segments, segments).map { segment, text in
                if case .capture(name, _) = segment, text.isASCII { text.lowercased() } else { text }
            }
            return lower == segments ? nil : Captures(pattern: pattern, segments: lower)
        }

        /// The path, encoded so that it is safe in a header field.
        package var path: String { segments.map { "/" + PercentCoding.encoded($0) }.joined() }
    }
}
