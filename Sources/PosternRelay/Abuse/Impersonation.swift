package import PosternCore

/// Recognises a visitor's name that a recipient could take for the site's own or for its staff's: "Example Photos", "Support",
/// "Αdmin" with a Greek letter, "N0-Reply". Such a letter is held, not refused: that of an honest Ms Staff is read by a person.
package struct Impersonation: Sendable {
    private let siteNames: Set<NameSkeleton>

    /// - Parameter site: nil when there is none, which leaves the names of offices.
    package init(of site: Site?) {
        let hosts = (site?.origins ?? []).compactMap { $0.description.split(separator: "/").last?.prefix { $0 != ":" } }
        let names = [site?.name.text ?? ""] + hosts.map { String($0.hasPrefix("www.") ? $0.dropFirst(4) : $0) }
        siteNames = Set(names.flatMap(NameSkeleton.readings).filter { !$0.words.isEmpty })
    }

    package func isLike(_ name: String) -> Bool {
        NameSkeleton.readings(of: name).contains { reading in
            Self.namesOffice(reading) || siteNames.contains { Self.isLike(reading, $0) }
        }
    }

    /// The site's name itself, however it is spaced; with words of an office beside it ("ExamplePhotos Team"); or, if it has several
    /// words, with any others. One word may be somebody's surname, two in a row are no accident.
    private static func isLike(_ name: NameSkeleton, _ site: NameSkeleton) -> Bool {
        if name.joined == site.joined { return true }
        if site.words.count > 1, name.holds(site.words) { return true }
        guard site.joined.utf8.count >= 4 else { return false }
        return (name.joined.hasPrefix(site.joined) && isOfficial(name.joined.dropFirst(site.joined.count)))
            || (name.joined.hasSuffix(site.joined) && isOfficial(name.joined.dropLast(site.joined.count)))
    }

    /// "Support" and "Postmaster" are nobody's name, and hold one wherever they stand in it. The others ("Security", "Team") only
    /// among themselves, since firms and people are called so too.
    private static func namesOffice(_ name: NameSkeleton) -> Bool {
        if name.words.contains(where: { OfficeWords.titles.contains($0) || OfficeWords.titles.contains($0.withoutNumber) }) {
            return true
        }
        let joined = name.joined.withoutNumber
        return OfficeWords.titles.contains(joined) || OfficeWords.phrases.contains(joined)
            || (name.words.contains(where: OfficeWords.offices.contains)
                && name.words.allSatisfy { OfficeWords.all.contains($0) || $0.withoutNumber.isEmpty })
            // "SecurityTeam", "siteadmin"
            || isOfficial(joined[...], needsOffice: true)
    }

    /// Whether the text is made of words of offices, and a number at its end, and nothing else.
    private static func isOfficial(_ text: Substring, needsOffice: Bool = false) -> Bool {
        let bytes = Array(String(text).withoutNumber.utf8)
        // Where a row of whole words can end, and whether one of them is an office.
        var ends = [Bool?](repeating: nil, count: bytes.count + 1)
        ends[0] = !needsOffice
        for start in bytes.indices {
            guard let hasOffice = ends[start], OfficeWords.begins(with: bytes[start...]) else { continue }
            for length in OfficeWords.lengths where start + length <= bytes.count && ends[start + length] != true {
                let word = String(decoding: bytes[start..<(start + length)], as: UTF8.self)
                if OfficeWords.long.contains(word) { ends[start + length] = hasOffice || OfficeWords.named.contains(word) }
            }
        }
        return ends[bytes.count] == true
    }
}

extension String {
    /// Without the digits at its ends: "support24".
    fileprivate var withoutNumber: String {
        guard let first = utf8.first, let last = utf8.last, first.isASCIIDigit || last.isASCIIDigit else { return self }
        var rest = self[...]
        while rest.utf8.last?.isASCIIDigit == true { rest.utf8.removeLast() }
        while rest.utf8.first?.isASCIIDigit == true { rest.utf8.removeFirst() }
        return String(rest)
    }
}
