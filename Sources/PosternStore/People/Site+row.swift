internal import PosternCore

extension Site {
    init(_ row: SQLRow) throws {
        let origins: String = try row["origins"]
        let code: [UInt8]? = try row.optional("authorisation")
        self.init(
            id: try row["id"], name: try row["name"],
            origins: try origins.split(separator: " ").map { text in
                guard let origin = WebOrigin(String(text)) else { throw StoreError.undecodable(column: "origins") }
                return origin
            }, look: try SiteLook(row),
            authorisation: try code.map { SiteAuthorisation(version: try row["authorisation_version"], code: $0) },
            joining: try row["joining"], writers: try row["writers"])
    }

    /// An origin holds no space.
    var storedOrigins: SQLValue {
        .text(origins.map(\.description).joined(separator: " "))
    }
}

extension SiteLook {
    fileprivate init(_ row: SQLRow) throws {
        let accent: String? = try row.optional("accent")
        let kind: LogoID.Kind? = try row.optional("logo_kind")
        let version: String? = try row.optional("logo_version")
        let languages: String = try row["languages"]
        self.init(
            accent: accent.flatMap { AccentColour($0) },
            logo: kind.flatMap { kind in version.map { LogoID(kind: kind, version: $0) } },
            introductions: try Self.introductions(try row["introductions"]),
            languages: languages.split(separator: " ").compactMap { Language(String($0)) })
    }

    var storedAccent: SQLValue { (accent?.description).stored }

    var storedLanguages: SQLValue { .text(languages.map(\.description).joined(separator: " ")) }

    /// A line for each language: its tag, a space, the text. No introduction holds a line break.
    var storedIntroductions: SQLValue {
        .text(
            introductions.sorted { $0.key.description < $1.key.description }.map { "\($0.key) \($0.value.text)" }
                .joined(separator: "\n"))
    }

    private static func introductions(_ stored: String) throws -> [Language: HeaderText] {
        var introductions: [Language: HeaderText] = [:]
        for line in stored.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let language = Language(String(parts[0])),
                let text = try? HeaderText(String(parts[1]), limit: introductionLimit)
            else { throw StoreError.undecodable(column: "introductions") }
            introductions[language] = text
        }
        return introductions
    }
}
