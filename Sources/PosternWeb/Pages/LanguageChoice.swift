package import PosternCore

/// The language a page is shown in, and whether somebody asked for it by name.
package struct LanguageChoice: Equatable, Sendable {
    package let language: Language
    /// `?lang=` named it, and links on the page go on naming it.
    package let isAskedFor: Bool

    package init(_ language: Language, isAskedFor: Bool = false) {
        self.language = language
        self.isAskedFor = isAskedFor
    }

    /// By `?lang=`, then by the reader's own, then by `Accept-Language` (RFC 9110 §12.5.4), then the site's own language.
    /// - Parameters:
    ///   - own: of the person whose page it is, where it is known; the site need not offer it to visitors.
    ///   - site: the languages that the site wants, its own first; empty for all.
    ///   - available: the languages there are catalogues of, English among them.
    ///   - isBehindLink: a mail may lead to the page, which is in its reader's language and names it in the link. That need be none of
    ///     the site's.
    package init(
        asked: String?, own: Language? = nil, accepted: String?, site: [Language], available: [Language],
        isBehindLink: Bool = false
    ) {
        let offered = Self.offered(site: site, available: available)
        let wanted = asked.flatMap { Self.language(of: $0) }
        let known = isBehindLink ? offered + available : offered
        if let language = wanted.flatMap({ Self.match($0, in: known) }) {
            self.init(language, isAskedFor: true)
        } else if let language = own.flatMap({ Self.match($0, in: available) }) {
            self.init(language)
        } else if let language = Self.wanted(in: accepted ?? "", of: offered) {
            self.init(language)
        } else {
            self.init(offered.first ?? .english)
        }
    }

    /// The languages that visitors of a site may choose from, its own first.
    package static func offered(site: [Language], available: [Language]) -> [Language] {
        var offered: [Language] = []
        for wanted in site {
            if let language = match(wanted, in: available), !offered.contains(language) { offered.append(language) }
        }
        return offered.isEmpty ? [.english] + available.filter { $0 != .english } : offered
    }

    /// The first of these that an `Accept-Language` field asks for.
    static func wanted(in accepted: String, of offered: [Language]) -> Language? {
        preferences(accepted).lazy.compactMap { match($0, in: offered) }.first
    }

    /// `de-AT` is served by `de`.
    private static func match(_ wanted: Language, in offered: [Language]) -> Language? {
        offered.first { $0 == wanted } ?? offered.first { $0.primary == wanted.primary }
    }

    /// What a tag means here: of one with a script or a variant (`zh-Hant-TW`, `de-1996`) the language, and nothing of what a sentence
    /// has left after it.
    private static func language(of tag: String) -> Language? {
        let tag = tag.prefix(36).prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        return Language(String(tag)) ?? Language(String(tag.prefix { $0 != "-" && $0 != "_" }))
    }

    /// The languages of the field, best first. Reads no more than an honest browser sends.
    static func preferences(_ field: String) -> [Language] {
        var found: [(language: Language, quality: Double, place: Int)] = []
        for (place, part) in String(decoding: field.utf8.prefix(512), as: UTF8.self).split(separator: ",").prefix(16).enumerated()
        {
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let tag = pieces.first, let language = Self.language(of: tag) else { continue }
            let written = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            let quality = written ?? 1
            if quality > 0 { found.append((language, quality, place)) }
        }
        return found.sorted { ($1.quality, $0.place) < ($0.quality, $1.place) }.map(\.language)
    }
}
