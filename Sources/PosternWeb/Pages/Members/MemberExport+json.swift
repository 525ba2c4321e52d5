private import PosternCore
package import PosternRelay
private import PosternText

extension MemberExport {
    /// What the file is called when it is downloaded. Both parts are letters, digits, dots and hyphens.
    package var file: String { "\(page.site.id)-\(page.recipient.handle)-\(Epoch(containing: at)).json" }

    /// Everything, for programs. Moments are RFC 3339; what is sealed is named and not shown.
    package var json: String {
        let recipient = page.recipient
        return JSONText.object([
            ("made_at", .string(at.rfc3339)),
            ("site", .object([("id", .string(page.site.id.text)), ("name", .string(page.site.name.text))])),
            ("handle", .string(recipient.handle.text)), ("aliases", .array(page.aliases.map { .string($0) })),
            ("name", .string(recipient.name.text)), ("language", .string(recipient.language.tag)),
            ("since", .string(made.rfc3339)), ("changed_at", .string(changed.rfc3339)), ("settings", settings),
            ("address", address), ("letters", .array(ledger.map(Self.letter))),
            ("conversations", .array(conversations.map(Self.conversation))), ("mails", .array(mails.map(Self.mail))),
            ("mutes", .array(page.mutes.map(Self.mute))),
            ("muted_connections", .array(page.mutedConnections.map(Self.mutedConnection))),
            ("reports", .array(reports.map(Self.report))), ("changes", .array(acts.map(Self.act))),
            ("sessions", .array(sessions.map { .object([("began_at", .string($0.rfc3339))]) })),
            ("session_ends_at", .string(page.ends.rfc3339)),
        ]).text
    }

    private var settings: JSONText {
        let settings = page.recipient.settings
        return .object([
            ("paused", .boolean(page.recipient.state == .paused)), ("paused_until", .nullable(settings.pausedUntil?.rfc3339)),
            ("writers", .string(page.writers.rawValue)), ("writers_as_site", .boolean(settings.writers == nil)),
            ("daily_letters", settings.dailyLetters.map { JSONText.number($0) } ?? .null),
            ("waiting_letters", .number(page.waiting)),
            ("text_only", .boolean(settings.isTextOnly)),
        ])
    }

    private var address: JSONText {
        guard let record = page.recipient.record else { return .null }
        let change: JSONText? = page.change.map { change in
            .object([
                ("asked_at", .string(change.asked.rfc3339)), ("confirmed_at", .nullable(change.confirmed?.rfc3339)),
                ("undone_at", .nullable(change.undone?.rfc3339)), ("kept_until", .string(change.end.rfc3339)),
            ])
        }
        return .object([
            ("held", .string("encrypted")), ("octets", .number(record.seal.count)), ("version", .number(Int(record.version))),
            ("change", change ?? .null),
        ])
    }

    private static func letter(_ entry: LedgerEntry) -> JSONText {
        .object([
            ("id", .string(entry.id.description)), ("at", .string(entry.at.rfc3339)),
            ("kind", .string(entry.isReply ? "reply" : "letter")), ("visitor", .nullable(entry.visitorName)),
            ("subject", .nullable(entry.summary?.subject?.text)), ("about", .nullable(entry.summary?.about?.text)),
            ("state", .string(entry.standing.code)), ("reported", .boolean(entry.isReported)),
            ("read_by_staff_at", .nullable(entry.seenByStaff?.rfc3339)),
        ])
    }

    private static func conversation(_ conversation: Conversation) -> JSONText {
        .object([
            ("id", .string(conversation.id.description)), ("began_at", .string(conversation.id.moment.rfc3339)),
            ("visitor", .nullable(conversation.visitorName)), ("subject", .nullable(conversation.summary?.subject?.text)),
            ("about", .nullable(conversation.summary?.about?.text)), ("closed_at", .nullable(conversation.closed?.rfc3339)),
            ("closed_by", .nullable(conversation.closedBy?.rawValue)),
        ])
    }

    private static func mail(_ mail: Mail) -> JSONText {
        .object([
            ("at", .string(mail.at.rfc3339)), ("kind", .string(mail.kind == .reply ? "answer" : mail.kind.rawValue)),
            ("conversation", .nullable(mail.conversation?.description)), ("state", .string(mail.state.rawValue)),
        ])
    }

    private static func mute(_ mute: MemberPage.Mute) -> JSONText {
        .object([("at", .string(mute.at.rfc3339)), ("visitor", .nullable(mute.visitorName))])
    }

    private static func mutedConnection(_ muted: MemberPage.MutedConnection) -> JSONText {
        .object([
            ("at", .string(muted.at.rfc3339)), ("ends_at", .string(muted.end.rfc3339)), ("visitor", .nullable(muted.visitorName)),
        ])
    }

    private static func report(_ report: Report) -> JSONText {
        .object([
            ("at", .string(report.at.rfc3339)), ("reason", .string(report.reason.rawValue)),
            ("decision", .nullable(report.decision?.rawValue)),
        ])
    }

    private static func act(_ act: Act) -> JSONText {
        .object([("at", .string(act.at.rfc3339)), ("what", .string(act.verb)), ("own", .boolean(act.isOwn))])
    }
}
