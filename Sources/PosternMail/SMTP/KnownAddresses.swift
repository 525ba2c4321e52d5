private import Foundation
private import PosternCore

/// The addresses that a reply is likely to mention, split so that a part alone is recognised as well.
struct KnownAddresses: Sendable {
    // No sets: Strings that differ only in how an accent is encoded are equal, but the search compares octets.
    private var locals: [String] = []
    private var domains: [String] = []
    /// Letters and digits only.
    private var squeezed: [String] = []

    init(_ addresses: [String]) {
        for address in addresses {
            let lowered = address.lowercased()
            guard !lowered.isEmpty else { continue }
            let at = lowered.lastIndex(of: "@")
            let local = String(at.map { lowered[..<$0] } ?? lowered[...])
            let domain = at.map { String(lowered[lowered.index(after: $0)...]) } ?? ""
            if !local.isEmpty { locals.append(local) }
            // `john+club` is delivered to john, and a reply may name john.
            if let base = local.split(separator: "+").first { locals.append(String(base)) }
            if !domain.isEmpty { domains.append(domain) }
            for part in [local + domain, domain, local] {
                let core = Self.squeeze(part)
                // A short one would occur in many sentences by chance.
                if core.count >= 8 { squeezed.append(core) }
            }
        }
    }

    /// Whether the word names one of them: plain, escaped, encoded, or backwards.
    func appear(in word: some StringProtocol) -> Bool {
        guard !locals.isEmpty || !domains.isEmpty else { return false }
        let lowered = word.lowercased()
        let spellings = [lowered, WordDecoding.escapes(in: lowered), String(lowered.reversed())]
        if spellings.contains(where: { isNamed(in: $0, shortest: 1) }) { return true }
        if namesDomain(inUnicode: lowered) { return true }
        return WordDecoding.hidden(in: String(word)).contains { isNamed(in: $0.lowercased(), shortest: 4) }
    }

    /// Whether a word that `WordDecoding` calls literal names one of them, forwards or backwards.
    func appear(literally word: String) -> Bool {
        let lowered = word.lowercased()
        return isNamed(literally: lowered, shortest: 1) || isNamed(literally: String(lowered.reversed()), shortest: 1)
    }

    /// Also tries the composed form: a decoded word may have its accents as separate marks, and names are compared by octets.
    private func isNamed(in spelling: String, shortest: Int) -> Bool {
        isNamed(literally: spelling, shortest: shortest)
            || !spelling.isASCII
                && isNamed(literally: spelling.precomposedStringWithCompatibilityMapping.lowercased(), shortest: shortest)
    }

    /// Whether one of them appears when everything but letters and digits is removed: `j o h n . …`.
    func appear(inSqueezed text: String) -> Bool {
        guard !squeezed.isEmpty else { return false }
        let core = Self.squeeze(text.lowercased())
        return squeezed.contains { core.holds($0) }
    }

    /// - Parameter shortest: shorter local parts are not searched for, since they would occur by chance.
    private func isNamed(literally spelling: String, shortest: Int) -> Bool {
        if domains.contains(where: { spelling.holds($0) }) { return true }
        return locals.contains { $0.count >= shortest && Self.stands($0, in: spelling) }
    }

    /// Whether the part occurs as a whole word.
    private static func stands(_ part: String, in text: String) -> Bool {
        let (scalars, wanted) = (Array(text.unicodeScalars), Array(part.unicodeScalars))
        var start = 0
        while let found = scalars[start...].firstIndex(of: wanted[...]) {
            let (before, after) = (scalars[..<found].last, scalars[(found + wanted.count)...].first)
            if !isWordCharacter(before.map(Character.init)) && !isWordCharacter(after.map(Character.init)) { return true }
            start = found + 1
        }
        return false
    }

    private static func isWordCharacter(_ character: Character?) -> Bool {
        guard let character else { return false }
        if let octet = character.asciiValue { return octet.isASCIILetterOrDigit }
        return character.isLetter || character.isNumber
    }

    /// Recognises `bücher.example` when the domain is known in its ASCII form.
    private func namesDomain(inUnicode word: String) -> Bool {
        guard !word.isASCII else { return false }
        let names = word.split(whereSeparator: { !Self.isWordCharacter($0) && $0 != "." && $0 != "-" })
        return names.contains { name in
            guard let ascii = DomainName(name.trimmingDots)?.ascii else { return false }
            return domains.contains { ascii == $0 || ascii.hasSuffix(".\($0)") }
        }
    }

    private static func squeeze(_ text: String) -> String {
        guard text.isASCII else { return text.filter { isWordCharacter($0) } }
        return String(decoding: text.utf8.filter(\.isASCIILetterOrDigit), as: UTF8.self)
    }
}

extension StringProtocol {
    fileprivate var trimmingDots: String {
        let body = drop { $0 == "." }
        return String(body.prefix(upTo: body.lastIndex { $0 != "." }.map { body.index(after: $0) } ?? body.startIndex))
    }
}

extension StringProtocol {
    /// `contains` by bytes. The standard one compares Characters: it misses a sign with a combining mark, and takes ten times as
    /// long.
    func holds(_ part: String) -> Bool {
        Array(utf8)[...].firstIndex(of: Array(part.utf8)[...]) != nil
    }
}

extension ArraySlice where Element: Equatable {
    /// The first index of the needle, which must not be empty.
    fileprivate func firstIndex(of needle: ArraySlice<Element>) -> Int? {
        guard let first = needle.first else { return nil }
        var start = startIndex
        while let candidate = self[start...].firstIndex(of: first), endIndex - candidate >= needle.count {
            if self[candidate...].starts(with: needle) { return candidate }
            start = candidate + 1
        }
        return nil
    }
}
