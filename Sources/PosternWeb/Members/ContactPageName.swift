internal import PosternCore

/// A contact page as somebody names it. There may be no such page.
struct ContactPageName: Hashable, Sendable {
    let site: String
    let handle: String

    /// What somebody may paste who is asked for the address of their contact page: the address itself, that of the page that a mail's foot
    /// names (`…/manage?for=photos/pat`), or `photos/pat`. Whether there is such a page, nothing here knows.
    /// - Returns: nil for what can be neither.
    init?(typed text: String) {
        guard text.utf8.count <= 2_048 else { return nil }
        // A long address may come broken across lines, and in the brackets or quotation marks that stood around it.
        let text = String(text.filter { !$0.isNewline && !"<>\"“”„«»".contains($0) }.trimmingPrefix { $0.isWhitespace })
        let parts = Self.query(of: text) ?? Self.path(of: text)
        guard parts.count >= 2, let site = SiteID(spelled: parts[0]) else { return nil }
        // A site's other names for people have letters of any script and spaces, and are looked up as they are.
        let handle = Handle(spelled: parts[1])?.text ?? parts[1]
        guard !handle.isEmpty, handle.utf8.count <= 400 else { return nil }
        (self.site, self.handle) = (site.text, handle)
    }

    /// `site/handle`, as the field shows it.
    var text: String { "\(site)/\(handle)" }

    private static func query(of text: String) -> [String]? {
        guard let start = text.firstRange(of: "for=")?.upperBound,
            text[..<start].dropLast(4).last.map({ "?&".contains($0) }) ?? true
        else { return nil }
        return segments(decoded(text[start...].prefix { $0 != "&" && $0 != "#" }))
    }

    private static func path(of text: String) -> [String] {
        let plain = text.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = plain.firstRange(of: "://") else {
            // Without a scheme, as browsers show addresses; or the two parts alone.
            let parts = segments(String(plain))
            guard let place = parts.firstIndex(of: "c"), parts.count > place + 2 else { return parts }
            return Array(parts[(place + 1)...])
        }
        // What stands before /c/ is the host, and whatever a proxy puts there.
        let parts = segments(String(plain[scheme.upperBound...]))
        guard let place = parts.firstIndex(of: "c") else { return [] }
        return Array(parts[(place + 1)...])
    }

    private static func segments(_ text: String) -> [String] {
        text.split(separator: "/").map { decoded($0) }
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        String(validating: PercentCoding.decoded(Array(text.utf8), plusIsSpace: false), as: UTF8.self) ?? String(text)
    }
}
