package import PosternCore

/// Looks through a text, before it goes out, for what its author may not have meant to tell: addresses, telephone numbers, a
/// signature.
///
/// It only asks, so it may be wrong either way, but must be wrong seldom enough that people read the question. Each part looks
/// at a character a few times at most, whatever a text is made of.
package enum PersonalDetails {
    /// A question lists a few things of each kind.
    private static let mostOfAKind = 5

    /// - Parameter origins: the site's own pages, which tell nothing of anybody.
    /// - Returns: each thing once, by kind, in the order of the text.
    package static func found(in text: String, exceptAt origins: [WebOrigin] = []) -> [PersonalDetail] {
        let scanned = ScannedText(text)
        let emails = EmailMentions.ranges(in: scanned)
        let found: [(PersonalDetail.Kind, [Range<Int>])] = [
            (.email, emails), (.phone, PhoneMentions.ranges(in: scanned)), (.street, StreetMentions.ranges(in: scanned)),
            (.web, WebMentions.ranges(in: scanned, exceptAt: origins).filter { web in !emails.contains { $0.overlaps(web) } }),
            (.signature, SignatureBlock.range(in: scanned).map { [$0] } ?? []),
        ]
        return found.flatMap { kind, ranges in
            var details: [PersonalDetail] = []
            for range in ranges where details.count < mostOfAKind {
                let detail = PersonalDetail(kind, scanned.quote(range))
                if !details.contains(detail) { details.append(detail) }
            }
            return details
        }
    }
}

/// A text as the parts of the guard read it.
struct ScannedText: Sendable {
    let scalars: [Unicode.Scalar]
    /// What is between blanks, without punctuation at its ends.
    let words: [Word]
    let lines: [Range<Int>]

    struct Word: Sendable {
        let range: Range<Int>
        /// In lower case.
        let text: String
        let isCapitalised: Bool
        /// Whether nothing but blanks of the same line is between it and the word before.
        let follows: Bool
    }

    private static let longestQuote = 120

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        self.scalars = scalars
        var (words, lines): ([Word], [Range<Int>]) = ([], [])
        var (lineStart, position, follows) = (0, 0, false)
        while position <= scalars.count {
            if position == scalars.count || scalars[position] == "\n" {
                lines.append(lineStart..<position)
                (lineStart, follows) = (position + 1, false)
                position += 1
                continue
            }
            if Self.isBlank(scalars[position]) {
                position += 1
                continue
            }
            var end = position
            while end < scalars.count, !Self.isBlank(scalars[end]), scalars[end] != "\n" { end += 1 }
            let trimmed = Self.trimmed(position..<end, of: scalars)
            if !trimmed.isEmpty {
                let form = String(String.UnicodeScalarView(scalars[trimmed]))
                words.append(
                    Word(
                        range: trimmed, text: form.lowercased(),
                        isCapitalised: scalars[trimmed.lowerBound].properties.isUppercase,
                        follows: follows && trimmed.lowerBound == position))
            }
            follows = trimmed.upperBound == end
            position = end
        }
        self.words = words
        self.lines = lines
    }

    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar.properties.isWhitespace && scalar != "\n"
    }

    static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return UInt8(truncatingIfNeeded: scalar.value).isASCIILetterOrDigit }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || scalar.properties.generalCategory == .nonspacingMark
    }

    private static func trimmed(_ range: Range<Int>, of scalars: [Unicode.Scalar]) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, !isWordPart(scalars[start]), scalars[start] != "@", scalars[start] != "#" { start += 1 }
        while end > start, !isWordPart(scalars[end - 1]), scalars[end - 1] != "/" { end -= 1 }
        return start..<end
    }

    /// As it stands there, on one line.
    func quote(_ range: Range<Int>) -> String {
        let cut = range.count > Self.longestQuote
        let part = scalars[range.prefix(Self.longestQuote)].map { $0 == "\n" || $0 == "\t" ? " " : $0 }
        return String(String.UnicodeScalarView(part)) + (cut ? "…" : "")
    }
}
