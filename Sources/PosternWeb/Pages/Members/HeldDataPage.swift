internal import PosternCore
package import PosternRelay
package import PosternText

/// Everything that is held about the member, to be read. `MemberExport.json` is the same for programs.
package struct HeldDataPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case home, download, file, sections, title, facts, pairs, name, value, list, lines, line, note, remark
    }

    package static let template = "members/data"
    package static let required: [Property] = [.home, .download, .title, .value, .line, .note, .remark]

    package let frame: PageFrame
    package let text: Texts
    package let home, download: String
    /// What the downloaded file is called.
    package let file: String
    package let sections: [Section]

    package struct Section: Sendable {
        package let title: String
        package let facts: Facts?
        package let list: List?
        package let remark: String?

        init(_ title: String, _ pairs: [Facts.Pair] = [], lines: [List.Line] = [], remark: String? = nil) {
            self.title = title
            self.remark = remark
            facts = pairs.isEmpty ? nil : Facts(pairs: pairs)
            list = lines.isEmpty ? nil : List(lines: lines)
        }

        package struct Facts: Sendable {
            package let pairs: [Pair]

            package struct Pair: Sendable {
                package let name, value: String
            }
        }

        package struct List: Sendable {
            package let lines: [Line]

            package struct Line: Sendable {
                package let line, note: String
            }
        }
    }

    package init(_ export: MemberExport, on sheet: MemberSheet) {
        let texts = sheet.texts
        home = sheet.home
        download = MemberPath.export
        file = export.file
        frame = sheet.frame(texts(.memberPageTitle), path: MemberPath.data)
        text = texts.texts
        let words = HeldWords(export, sheet)
        sections = [
            words.profile, words.settings, words.address, words.letters, words.conversations, words.mails, words.mutes,
            words.reports, words.acts, words.session,
        ].compactMap { $0 }
    }
}

/// The sections of the page, in the member's words.
private struct HeldWords {
    typealias Section = HeldDataPage.Section

    let export: MemberExport
    let sheet: MemberSheet
    let texts: Catalogue

    init(_ export: MemberExport, _ sheet: MemberSheet) {
        (self.export, self.sheet, texts) = (export, sheet, sheet.texts)
    }

    private var page: MemberPage { export.page }

    private func pair(_ name: MemberText, _ value: String) -> Section.Facts.Pair {
        Section.Facts.Pair(name: texts(name), value: value)
    }

    var profile: Section {
        var pairs = [
            pair(.heldName, page.recipient.name.text), pair(.heldSite, page.site.name.text), pair(.heldPage, sheet.place),
            pair(.heldLanguage, sheet.name(of: page.recipient.language)), pair(.heldSince, texts.date(export.made)),
        ]
        if !page.aliases.isEmpty { pairs.append(pair(.heldAliases, page.aliases.joined(separator: " · "))) }
        return Section(texts(.heldProfile), pairs)
    }

    var settings: Section {
        let settings = page.recipient.settings
        let standing =
            if page.recipient.state != .paused {
                texts(.heldTaken)
            } else if let end = settings.pausedUntil {
                texts(.heldPausedUntil, [.date: texts.day(end)])
            } else {
                texts(.heldPaused)
            }
        let writers: MemberText =
            switch (settings.writers, page.site.writers) {
            case (.anyone?, _): .heldWritersAnyone
            case (.proven?, _): .heldWritersProven
            case (nil, .anyone): .heldWritersSiteAnyone
            case (nil, .proven): .heldWritersSiteProven
            }
        return Section(
            texts(.heldSettings),
            [
                pair(.heldLettersTaken, standing), pair(.heldWriters, texts(writers)),
                pair(.heldDaily, settings.dailyLetters.map(texts.number) ?? texts(.heldDailyNone)),
                pair(.heldForm, texts(settings.isTextOnly ? .heldFormPlain : .heldFormFull)),
            ])
    }

    var address: Section {
        let sealed = page.recipient.record.map { record in
            pair(
                .heldAddress,
                texts(
                    .heldAddressSealed,
                    [.count: texts.number(record.seal.count), .n: texts.number(Int(record.version))]))
        }
        let change = page.change.map { change in
            change.confirmed.map { texts(.heldChangeDone, [.date: texts.date($0), .time: texts.date(change.end)]) }
                ?? texts(.heldChangeAsked, [.date: texts.date(change.asked)])
        }
        return Section(
            texts(.heldAddress), [sealed].compactMap { $0 }, lines: change.map { [.init(line: $0, note: "")] } ?? [],
            remark: texts(.heldAddressRemark))
    }

    var letters: Section {
        let lines = export.ledger.map { entry in
            let line = LedgerLine(entry, texts)
            let parts = [line.who, line.subject, line.about].compactMap { $0.map(texts.direction.isolating) }
            return Section.List.Line(line: parts.joined(separator: " · "), note: "\(line.time) · \(line.fate)")
        }
        return Section(
            texts(.heldLetters), lines: lines.isEmpty ? [.init(line: texts(.heldLettersNone), note: "")] : lines,
            remark: lines.isEmpty ? nil : texts(.heldLettersRemark))
    }

    var conversations: Section? {
        guard !export.conversations.isEmpty else { return nil }
        let lines = export.conversations.map { conversation in
            let summary = conversation.summary
            let who = conversation.visitorName ?? texts(summary == nil ? .heldConversation : .ledgerUnnamed)
            let parts = [who, summary?.subject?.text, summary?.about?.text].compactMap { $0.map(texts.direction.isolating) }
            let standing: MemberText =
                switch conversation.closedBy {
                case nil: .heldConversationOpen
                case .recipient: .heldConversationYours
                case .visitor: .heldConversationTheirs
                }
            return Section.List.Line(
                line: parts.joined(separator: " · "), note: "\(texts.date(conversation.id.moment)) · \(texts(standing))")
        }
        return Section(texts(.heldConversations), lines: lines)
    }

    var mails: Section? {
        guard !export.mails.isEmpty else { return nil }
        let lines = export.mails.map { mail in
            let kind: MemberText =
                switch mail.kind {
                case .reply: .heldMailAnswer
                case .copy: .heldMailCopy
                default: .heldMailService
                }
            return Section.List.Line(line: texts(kind), note: "\(texts.date(mail.at)) · \(word(for: mail.state))")
        }
        return Section(texts(.heldMails), lines: lines, remark: texts(.heldMailsRemark))
    }

    private func word(for state: MemberExport.Mail.State) -> String {
        switch state {
        case .onItsWay: texts(.fateOnItsWay)
        case .delivered: texts(.fateDelivered)
        case .notDelivered: texts(.fateNotDelivered)
        case .withdrawn: texts(.stateWithdrawn)
        }
    }

    var mutes: Section? {
        guard !page.mutes.isEmpty || !page.mutedConnections.isEmpty else { return nil }
        let lines = page.mutes.map { mute in
            Section.List.Line(
                line: mute.visitorName ?? texts(.mutedUnnamed), note: texts(.mutedSince, [.date: texts.date(mute.at)]))
        }
        let connections = page.mutedConnections.map { muted in
            Section.List.Line(
                line: muted.visitorName ?? texts(.mutedUnnamed),
                note: "\(texts(.actMuteConnection)) · \(texts(.mutedConnectionUntil, [.date: texts.date(muted.end)]))")
        }
        return Section(texts(.heldMutes), lines: lines + connections, remark: texts(.heldMutesRemark))
    }

    var reports: Section? {
        guard !export.reports.isEmpty else { return nil }
        let lines = export.reports.map { report in
            let decision: MemberText =
                switch report.decision {
                case .upheld: .heldReportUpheld
                case .rejected: .heldReportRejected
                case nil: .heldReportOpen
                }
            return Section.List.Line(
                line: texts(report.reason.name), note: "\(texts.date(report.at)) · \(texts(decision))")
        }
        return Section(texts(.heldReports), lines: lines)
    }

    var acts: Section? {
        guard !export.acts.isEmpty else { return nil }
        return Section(
            texts(.heldActs),
            lines: export.acts.map { act in
                .init(
                    line: texts(Self.word(for: act.verb)),
                    note: "\(texts.date(act.at)) · \(texts(act.isOwn ? .actByYou : .actByOthers))")
            })
    }

    var session: Section {
        let line = texts(.heldSessionLine, [.date: texts.date(page.ends)])
        return Section(texts(.heldSession), lines: [.init(line: line, note: "")])
    }

    /// By the verb of the trace.
    private static func word(for verb: String) -> MemberText {
        switch verb {
        case "recipient.enrol": .actEnrol
        case "recipient.confirm": .actConfirm
        case "recipient.pause": .actPause
        case "recipient.resume": .actResume
        case "recipient.sign-in": .actSignIn
        case "recipient.sign-out": .actSignOut
        case "recipient.settings", "recipient.words": .actSettings
        case _ where verb.hasPrefix("recipient.address"): .actAddress
        case _ where verb.hasPrefix("recipient.alias"): .actAlias
        case "visitor.mute": .actMute
        case "visitor.unmute": .actUnmute
        case "connection.mute": .actMuteConnection
        case "connection.unmute": .actUnmuteConnection
        default: .actOther
        }
    }
}
