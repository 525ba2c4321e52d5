/// Why a text cannot be a site id or a handle: one sentence for the operator, with the remedy.
package struct SlugFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
}

/// A site's id: 1–40 of a–z, 0–9 and `-`, beginning and ending with a letter or digit.
package struct SiteID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(SlugFault) {
        self.text = try Slug.check(text, noun: "site id", longest: 40, inner: "-")
    }

    package var description: String { text }
}

/// A recipient's public name, unique within a site: 1–64 of a–z, 0–9, `.`, `_`, `-`, beginning and ending
/// with a letter or digit. It is part of the page's URL, so it must never be an e-mail address.
package struct Handle: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(SlugFault) {
        self.text = try Slug.check(text, noun: "handle", longest: 64, inner: "._-")
    }

    package var description: String { text }
}

/// The name by which a member of staff signs in, written as a handle is.
package struct StaffName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(SlugFault) {
        self.text = try Slug.check(text, noun: "name", longest: 40, inner: "._-")
    }

    /// As somebody typed it: in capitals, or with a blank after it.
    package init?(typed: String) {
        let trimmed = typed.split(separator: " ").joined(separator: " ")
        guard let name = try? StaffName(trimmed.lowercased()) else { return nil }
        self = name
    }

    package var description: String { text }
}

private enum Slug {
    static func check(_ text: String, noun: String, longest: Int, inner: String) throws(SlugFault) -> String {
        let allowed = "a–z, 0–9" + inner.map { ", “\($0)”" }.joined()
        guard !text.isEmpty else { throw SlugFault(description: "the \(noun) is empty; use 1–\(longest) of \(allowed)") }
        guard text.utf8.count <= longest else {
            throw SlugFault(description: "the \(noun) has \(text.utf8.count) bytes; at most \(longest) are possible")
        }
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last),
            text.utf8.allSatisfy({ isAlphanumeric($0) || inner.utf8.contains($0) })
        else {
            throw SlugFault(description: "the \(noun) may hold only \(allowed) and begins and ends with a letter or digit")
        }
        return text
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
