package import PosternCore
package import PosternRelay
package import PosternText

/// Name, language, and which letters come how.
package struct SettingsPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case home, notice, title, detail, action, token, place
        case nameFault, name, languages, tag, label, isChosen, writers, hint, dailyFault, daily, dailyHint, isTextOnly
    }

    package static let template = "members/settings"
    package static let required: [Property] = [
        .home, .detail, .action, .token, .nameFault, .name, .dailyFault, .daily, .dailyHint,
    ]

    package let frame: PageFrame
    package let text: Texts
    package let home, action, token, place: String
    package let notice: MemberNotice?
    package let nameFault: String?
    package let name: String
    package let languages: [Language]
    package let writers: [Choice]
    package let dailyFault: String?
    package let daily, dailyHint: String
    package let isTextOnly: Bool

    package struct Language: Sendable {
        package let tag, label: String
        package let isChosen: Bool
    }

    package struct Choice: Sendable {
        package let tag, label, hint: String
        package let isChosen: Bool
    }

    /// What the fields hold: as it is set, or as it was typed.
    package struct Content: Equatable, Sendable {
        package var name: String
        package var language: PosternCore.Language
        package var writers: Writers
        package var daily: String
        package var isTextOnly: Bool

        package init(_ page: MemberPage) {
            let settings = page.recipient.settings
            name = page.recipient.name.text
            language = page.recipient.language
            writers = page.writers
            daily = settings.dailyLetters.map(String.init) ?? ""
            isTextOnly = settings.isTextOnly
        }
    }

    /// What is wrong with what was typed.
    package struct Faults: Equatable, Sendable {
        package var name: TextFault?
        package var isDailyUnclear = false

        package init() {}
        package var isEmpty: Bool { name == nil && !isDailyUnclear }
    }

    package init(_ content: Content, _ faults: Faults = Faults(), _ obstacle: MemberObstacle? = nil, on sheet: MemberSheet) {
        let texts = sheet.texts
        (home, action) = (sheet.home, sheet.link(MemberPath.settings))
        (token, place) = (sheet.token, sheet.place)
        notice = (obstacle ?? (faults.isEmpty ? nil : .faults))?.notice(texts)
        frame = sheet.frame(notice?.title ?? texts(.memberPageTitle), path: notice == nil ? MemberPath.settings : nil)
        text = texts.texts
        nameFault = faults.name.map { fault in
            fault == .empty ? texts(.settingsNameMissing) : texts.text(of: FieldFault(field: .name, reason: .text(fault)))
        }
        name = content.name
        // A language that there is no catalogue of may have been set by the site: it stays until another is chosen.
        let known = sheet.presentation.templates.languages
        let offered = known.contains { $0 == content.language } ? known : known + [content.language]
        languages = offered.map { language in
            Language(
                tag: language.description, label: sheet.name(of: language), isChosen: language == content.language)
        }
        writers = [
            Choice(
                tag: Writers.anyone.rawValue, label: texts(.settingsWritersAnyone), hint: texts(.settingsWritersAnyoneHint),
                isChosen: content.writers == .anyone),
            Choice(
                tag: Writers.proven.rawValue, label: texts(.settingsWritersProven), hint: texts(.settingsWritersProvenHint),
                isChosen: content.writers == .proven),
        ]
        dailyFault =
            faults.isDailyUnclear
            ? texts(.settingsDailyUnclear, [.limit: texts.number(MemberSettings.dailyRange.upperBound)]) : nil
        daily = content.daily
        dailyHint = texts(.settingsDailyHint, [.limit: texts.number(Int(DailyRoom.mostDays))])
        isTextOnly = content.isTextOnly
    }
}
