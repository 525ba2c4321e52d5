package import PosternCore
package import PosternRelay
package import PosternText

/// The member's own page: how letters stand, what came, and what can be changed.
package struct HomePage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, done, notice, title, detail
        case isPaused, standing, meaning, contactPage, action, token, place, fault, until, earliest, latest
        case change, path
        case hasLetters, letters, who, subject, about, moment, time, fate, lettersPath
        case rows, label, value, signedIn
    }

    package static let template = "members/home"
    /// So many of the newest letters are on it.
    package static let letterCount = 5
    package static let required: [Property] = [.heading, .standing, .meaning, .action, .token, .fault, .fate, .signedIn, .done]

    package enum Occasion: Equatable, Sendable {
        case shown(MemberDeed?)
        /// A day was typed that cannot be read, or is past, or more than a year away.
        case unclearDay(String)
        case obstacle(MemberObstacle, until: String)
    }

    package let frame: PageFrame
    package let text: Texts
    package let heading: String
    package let done: String?
    package let notice: MemberNotice?
    package let isPaused: Bool
    package let standing, meaning, contactPage: String
    package let action, token, place: String
    package let fault: String?
    /// The day when letters come again, as it was typed.
    package let until: String
    package let earliest, latest: String
    package let change: Change?
    package let hasLetters: Bool
    package let letters: [LedgerLine]
    package let lettersPath: String
    package let rows: [Row]
    package let signedIn: String

    package struct Change: Sendable {
        package let title, detail: String
        /// Where the code is typed; nil when it has been.
        package let path: String?
    }

    /// What can be changed, and how it stands.
    package struct Row: Sendable {
        package let path, label, value: String
    }

    package init(_ occasion: Occasion, letters: [LedgerEntry], now: Timestamp, on sheet: MemberSheet) {
        let (texts, recipient) = (sheet.texts, sheet.page.recipient)
        (action, token, place) = (sheet.home, sheet.token, sheet.place)
        heading = recipient.name.text
        (done, notice, fault, until) = Self.said(of: occasion, texts)
        let title = notice?.title ?? texts(.memberPageTitle)
        if case .shown = occasion { frame = sheet.frame(title, path: MemberPath.home) } else { frame = sheet.frame(title) }
        text = texts.texts
        let isPaused = recipient.state == .paused
        self.isPaused = isPaused
        standing = texts(isPaused ? .homePausedTitle : .homeOpenTitle)
        meaning =
            if !isPaused {
                texts(.homeOpenDetail)
            } else if let end = recipient.settings.pausedUntil {
                texts(.homePausedUntil, [.date: texts.day(end)])
            } else {
                texts(.homePausedDetail)
            }
        contactPage = sheet.link(RecipientPath(site: sheet.page.site.id.text, handle: recipient.handle.text).page)
        earliest = PauseDay.earliest(at: now).description
        latest = PauseDay.latest(at: now).description
        change = sheet.page.change.flatMap { Self.change($0, sheet) }
        self.letters = letters.map { LedgerLine($0, texts) }
        hasLetters = !letters.isEmpty
        lettersPath = sheet.link(MemberPath.letters)
        rows = Self.rows(sheet)
        signedIn = texts(.homeSignedIn, [.time: texts.time(sheet.page.ends)])
    }

    private static func said(
        of occasion: Occasion, _ texts: Catalogue
    ) -> (done: String?, notice: MemberNotice?, fault: String?, until: String) {
        switch occasion {
        case .shown(let deed): (deed?.sentence(texts), nil, nil, "")
        case .unclearDay(let typed): (nil, MemberObstacle.faults.notice(texts), texts(.settingsUntilUnclear), asDate(typed))
        case .obstacle(let obstacle, let typed): (nil, obstacle.notice(texts), nil, typed)
        }
    }

    /// What a field for a date can show: browsers complain of anything else, and show nothing.
    private static func asDate(_ typed: String) -> String {
        typed.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) == nil ? "" : typed
    }

    /// - Returns: nil for one that counted and was undone.
    private static func change(_ change: AddressChangeView, _ sheet: MemberSheet) -> Change? {
        let texts = sheet.texts
        switch (change.confirmed, change.undone) {
        case (nil, nil):
            return Change(
                title: texts(.homeChangeAskedTitle),
                detail: texts(.homeChangeAskedDetail, [.date: texts.date(change.asked)]), path: sheet.link(MemberPath.address))
        case (nil, _?):
            return Change(
                title: texts(.homeChangeRestsTitle),
                detail: texts(.homeChangeRestsDetail, [.date: texts.date(change.end)]), path: nil)
        case (_?, nil):
            return Change(
                title: texts(.homeChangeDoneTitle), detail: texts(.homeChangeDoneDetail, [.date: texts.date(change.end)]),
                path: nil)
        case (_?, _?): return nil
        }
    }

    private static func rows(_ sheet: MemberSheet) -> [Row] {
        let (texts, recipient, count) = (sheet.texts, sheet.page.recipient, sheet.page.mutes.count)
        let mutes = count == 0 ? texts(.homeNoMutes) : texts.text(MemberPlural.mutes, count)
        func row(_ path: String, _ label: MemberText, _ value: String) -> Row {
            Row(path: sheet.link(path), label: texts(label), value: value)
        }
        return [
            row(MemberPath.settings, .homeRowSettings, "\(recipient.name.text) · \(sheet.name(of: recipient.language))"),
            row(MemberPath.mutes, .homeRowMutes, mutes),
            row(MemberPath.address, .homeRowAddress, texts(.homeRowAddressValue)),
            row(MemberPath.data, .homeRowData, texts(.homeRowDataValue)),
            row(MemberPath.erase, .homeRowErase, texts(.homeRowEraseValue)),
        ]
    }
}

/// The day on which letters come again, from its beginning (UTC).
package enum PauseDay {
    static func earliest(at now: Timestamp) -> Epoch { Epoch(containing: now).next }
    static func latest(at now: Timestamp) -> Epoch { Epoch(containing: now + .days(366)) }

    /// - Returns: nil for what is no day of the coming year.
    static func start(of text: String, at now: Timestamp) -> Timestamp? {
        guard let day = Epoch(text), day >= earliest(at: now), day <= latest(at: now) else { return nil }
        return day.start
    }
}
