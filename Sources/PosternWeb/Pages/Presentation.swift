package import PosternCore
package import PosternText

/// How one page is shown: in which language, in which site's style, and where its links lead.
package struct Presentation: Sendable {
    package let texts: Catalogue
    package let templates: Templates
    /// Nil for pages that belong to no site.
    package let site: Site?
    private let choice: LanguageChoice
    private let isScripted: Bool
    private let bar: PageFrame.Bar?

    /// - Parameter isScripted: the page runs our script.
    package init(
        _ choice: LanguageChoice, site: Site?, _ templates: Templates, isScripted: Bool = true, bar: PageFrame.Bar? = nil
    ) {
        self.isScripted = isScripted
        self.bar = bar
        self.choice = choice
        self.site = site
        self.templates = templates
        texts = templates.catalogue(choice.language)
    }

    /// In English and of no site: the staff's pages.
    package static func unbranded(_ templates: Templates, bar: PageFrame.Bar? = nil) -> Presentation {
        Presentation(LanguageChoice(.english), site: nil, templates, bar: bar)
    }

    package var language: Language { choice.language }

    /// A path of ours that keeps the language somebody asked for.
    /// - Parameter query: of that path.
    package func link(_ path: String, _ query: String? = nil) -> String {
        let parts = [choice.isAskedFor ? "lang=\(choice.language)" : nil, query].compactMap { $0 }
        return parts.isEmpty ? path : "\(path)?\(parts.joined(separator: "&"))"
    }

    /// - Parameters:
    ///   - path: of the page itself, for links to it in other languages; nil where those would lose what was typed.
    ///   - query: what those links keep of the page's own query, such as `about=…`.
    package func frame(title: String, path: String? = nil, query: String? = nil) -> PageFrame {
        let offered = LanguageChoice.offered(site: site?.look.languages ?? [], available: templates.languages)
        let others = offered.filter { $0 != choice.language }
        let query = query.map { "&\($0)" } ?? ""
        return PageFrame(
            title: site.map { "\(title) · \($0.name.text)" } ?? title, language: choice.language.description,
            direction: texts.direction.rawValue, stylesheet: templates.path(of: .stylesheet),
            icon: templates.path(of: .icon), script: isScripted ? templates.path(of: .script) : nil,
            siteStyle: site.flatMap { site in site.look.accent.map { Self.stylesheet(of: site.id, $0) } },
            banner: site.map { PageFrame.Banner(site: $0.name.text, logo: Self.logo(of: $0)) },
            languages: path.flatMap { path in
                others.isEmpty
                    ? nil
                    : PageFrame.Languages(
                        label: texts(.contactLanguages),
                        links: others.map { language in
                            PageFrame.Languages.Link(
                                path: "\(path)?lang=\(language)\(query)", language: language.description,
                                name: templates.catalogue(language).name)
                        })
            }, bar: bar)
    }

    /// The URL changes with the colour, so that the file may be cached for ever.
    package static func stylesheet(of site: SiteID, _ accent: AccentColour) -> String {
        "/look/\(site)/\(accent.description.dropFirst()).css"
    }

    private static func logo(of site: Site) -> PageFrame.Banner.Logo? {
        site.look.logo.map { PageFrame.Banner.Logo(path: "/look/\(site.id)/\($0.version)/logo") }
    }

    /// The site's own introduction where it has one in this language, else ours.
    package func introduction(_ names: RecipientNames) -> String {
        site?.look.introductions[choice.language]?.text ?? texts(.contactIntro, names.values)
    }
}
