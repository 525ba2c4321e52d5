package import PosternCore
package import PosternRelay
package import PosternText

/// The web sites that use this installation.
package struct SitesPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case hasRows, rows, path, id, name, origins, join, writers, languages
    }

    package static let template = "staff/sites"
    package static let required: [Property] = [.id, .name]

    package let frame: PageFrame
    package let text: Texts
    package let hasRows: Bool
    package let rows: [Row]

    package struct Row: Sendable {
        package let path, id, name, origins, join, writers, languages: String
    }

    package init(_ sites: [Site], _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.sitesTitle))
        text = texts.texts
        rows = sites.map { site in
            Row(
                path: "\(SitePages.path)/\(site.id)", id: site.id.text, name: site.name.text,
                origins: site.origins.isEmpty ? "–" : site.origins.map(\.description).joined(separator: " "),
                join: texts(StaffText(site.joining)), writers: texts(StaffText(site.writers)),
                languages: site.look.languages.isEmpty
                    ? texts(.siteAllLanguages) : site.look.languages.map(\.description).joined(separator: " "))
        }
        hasRows = !rows.isEmpty
    }
}

/// One site, with what can be changed without the vault, and the way to what cannot.
package struct SitePage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case token, heading, isSaved, hasFaults, faults, fault, action, id, name, origins, change
        case accent, languages, joins, writers, value, label, isChosen, introductions, field, language, written, back
    }

    package static let template = "staff/site"
    package static let required: [Property] = [.token, .fault, .heading]

    package enum Fault: Equatable, Sendable {
        case accent, language(String), introduction(Language)
    }

    /// What stands in the form.
    package struct Draft: Sendable {
        let accent, languages: String
        let joining: Joining
        let writers: Writers
        let introductions: [Language: String]
        private(set) var faults: [Fault] = []
        /// Nil where something of it is none.
        private(set) var change: SiteOperations.Change?

        package init(_ site: Site) {
            accent = site.look.accent?.description ?? ""
            languages = site.look.languages.map(\.description).joined(separator: " ")
            (joining, writers) = (site.joining, site.writers)
            introductions = site.look.introductions.mapValues(\.text)
        }

        init(_ form: AdministrationForm, of site: Site) {
            accent = form[.accent].filter { !$0.isWhitespace }
            languages = form[.languages]
            joining = Joining(rawValue: form[.join]) ?? site.joining
            writers = Writers(rawValue: form[.writers]) ?? site.writers
            var (written, change) = ([Language: String](), SiteOperations.Change())
            for (tag, text) in form.introductions {
                guard let language = Language(tag) else { continue }
                written[language] = text
                guard text.contains(where: { !$0.isWhitespace }) else {
                    change.introductions[language] = .some(nil)
                    continue
                }
                if let line = try? HeaderText(text, limit: SiteLook.introductionLimit) {
                    change.introductions[language] = line
                } else {
                    faults.append(.introduction(language))
                }
            }
            introductions = written
            if accent.isEmpty {
                change.accent = .some(nil)
            } else if let colour = AccentColour(accent) {
                change.accent = .some(colour)
            } else {
                faults.append(.accent)
            }
            let tags = languages.split { $0.isWhitespace || $0 == "," }.map(String.init)
            for tag in tags where Language(tag) == nil { faults.append(.language(tag)) }
            change.languages = tags.compactMap { Language($0) }
            (change.joining, change.writers) = (joining, writers)
            self.change = faults.isEmpty ? change : nil
        }
    }

    package let frame: PageFrame
    package let text: Texts
    package let token, heading, action, id, name, origins, change, accent, languages, back: String
    package let isSaved, hasFaults: Bool
    package let faults: [FaultLine]
    package let joins, writers: [DeskPage.Choice]
    package let introductions: [Introduction]

    package struct FaultLine: Sendable {
        package let fault: String
    }

    package struct Introduction: Sendable {
        package let field, language, written: String
    }

    package init(
        _ site: Site, _ draft: Draft, _ faults: [String], isSaved: Bool, staff: SignedInStaff, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        heading = texts(.siteTitle, [.site: site.id.text])
        frame = presentation.frame(title: heading)
        text = texts.texts
        (token, self.isSaved) = (staff.formToken, isSaved)
        self.faults = faults.map(FaultLine.init)
        hasFaults = !faults.isEmpty
        (id, name) = (site.id.text, site.name.text)
        origins = site.origins.isEmpty ? "–" : site.origins.map(\.description).joined(separator: " ")
        action = "\(SitePages.path)/\(site.id)"
        change = ChangePages.path(of: site)
        (accent, languages) = (draft.accent, draft.languages)
        joins = Joining.allCases.map {
            .init(value: $0.rawValue, label: texts(StaffText($0)), isChosen: $0 == draft.joining)
        }
        writers = Writers.allCases.map {
            .init(value: $0.rawValue, label: texts(StaffText($0)), isChosen: $0 == draft.writers)
        }
        let offered = Set(presentation.templates.languages).union(draft.introductions.keys)
        introductions = offered.sorted { $0.description < $1.description }.map { language in
            Introduction(
                field: AdministrationForm.introduction + language.description, language: language.description,
                written: draft.introductions[language] ?? "")
        }
        back = SitePages.path
    }
}

extension SitePage.Fault {
    func words(_ texts: Catalogue) -> String {
        switch self {
        case .accent: texts(.siteNoAccent)
        case .language(let tag): texts(.siteNoLanguage, [.name: String(tag.prefix(40))])
        case .introduction(let language):
            texts(.siteLongIntroduction, [.name: language.description, .limit: texts.number(SiteLook.introductionLimit)])
        }
    }
}

extension StaffText {
    fileprivate init(_ joining: Joining) {
        self =
            switch joining {
            case .open: .joiningOpen
            case .invitation: .joiningInvitation
            case .off: .joiningOff
            }
    }

    fileprivate init(_ writers: Writers) {
        self =
            switch writers {
            case .anyone: .writersAnyone
            case .proven: .writersProven
            }
    }
}
