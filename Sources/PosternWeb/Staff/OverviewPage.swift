internal import Hummingbird
private import Logging
package import PosternCore
package import PosternRelay
package import PosternText

/// `GET /overview` on the staff listener.
struct OverviewHandler: Sendable {
    let services: StaffServices
    let responses: ResponseFactory

    func get(_ request: Request, _ context: WebContext) async -> Response {
        var overview: StaffOverview?
        do {
            overview = try await services.overview.overview()
        } catch {
            _ = context.incident("the overview cannot be made", error)
        }
        let mailbox = services.mailbox == nil ? nil : MailboxHandlers.path
        let presentation = responses.presentation(for: request, context)
        return responses.page(
            OverviewPage(
                overview, conditions: services.health.conditions, mailbox: mailbox, now: services.now(),
                presentation))
    }
}

/// How the installation is doing: what is the matter, deliveries by state, the latest decisions.
package struct OverviewPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case well, hasConditions, conditions, severity, matter, meaning, remedy, commands, command
        case facts, oldest, purge, reports, states, decisions, label, count
        case hasEntries, entries, at, verdict, recipient, rules, client, clientPath, bytes, id, letterPath
        case lanePath
        case mailbox
    }

    package static let template = "staff/overview"

    package let frame: PageFrame
    package let text: Texts
    /// Nil when something is the matter.
    package let well: String?
    package let hasConditions: Bool
    /// Worst first.
    package let conditions: [Condition]
    package let facts: Facts?
    package let mailbox: String?

    /// What the store says. Nil when it cannot be read.
    package struct Facts: Sendable {
        package let oldest, purge: String
        /// How many letters were reported; nil for none.
        package let reports: String?
        package let states: [Count]
        package let decisions: [Count]
        package let hasEntries: Bool
        package let entries: [Entry]
    }

    package struct Condition: Sendable {
        package let severity, matter, meaning, remedy: String
        /// Where staff decide about it; nil for what an operator has to do.
        package let lanePath: String?
        package let commands: [Command]

        package struct Command: Sendable {
            package let command: String
        }
    }

    package struct Count: Sendable {
        package let label, count: String
    }

    package struct Entry: Sendable {
        package let at, verdict, recipient, rules, client, bytes, id: String
        /// Nil where the entry is of many clients.
        package let clientPath: String?
        /// Nil for a post that was not kept.
        package let letterPath: String?
    }

    /// - Parameter overview: nil when the store cannot be read.
    package init(
        _ overview: StaffOverview?, conditions: [HealthCondition], mailbox: String?, now: Timestamp,
        _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.staffTitle))
        text = texts.texts
        self.mailbox = mailbox
        well = conditions.isEmpty ? texts(.staffWell) : nil
        hasConditions = !conditions.isEmpty
        self.conditions = conditions.map { Condition($0, texts) }
        facts = overview.map { Facts($0, now: now, texts) }
    }
}

extension OverviewPage.Condition {
    /// In English, as in the log and as the doctor says it: an operator searches for these words.
    fileprivate init(_ condition: HealthCondition, _ texts: Catalogue) {
        severity =
            switch condition.severity {
            case .standsStill: texts(.staffStandsStill)
            case .failingSoon: texts(.staffFailingSoon)
            case .note: texts(.staffNote)
            }
        matter = condition.matter
        meaning = condition.meaning
        remedy = condition.remedy
        lanePath =
            switch condition.id {
            case .reports: DeskQuery.path(of: .reported)
            case .heldLong: DeskQuery.path(of: .held)
            default: nil
            }
        // A report is decided about on the desk alone; of what is held, some waits for an operator.
        commands = condition.id == .reports ? [] : condition.commands.map(Command.init)
    }
}

extension OverviewPage.Facts {
    fileprivate init(_ overview: StaffOverview, now: Timestamp, _ texts: Catalogue) {
        oldest =
            overview.oldestWaiting.map { texts(.staffOldest, [.age: texts.span(max(now.since($0), .zero))]) }
            ?? texts(.staffNothingWaits)
        purge = overview.lastPurge.map { texts(.staffPurge, [.date: texts.date($0)]) } ?? texts(.staffNoPurge)
        reports = overview.openReports > 0 ? texts.text(StaffPlural.openReports, overview.openReports) : nil
        states = DeliveryState.allCases.map {
            OverviewPage.Count(label: texts(StaffText($0)), count: texts.number(overview.deliveries[$0] ?? 0))
        }
        decisions = Verdict.Decision.allCases.map {
            OverviewPage.Count(label: $0.rawValue, count: texts.number(overview.decisions[$0] ?? 0))
        }
        hasEntries = !overview.latest.isEmpty
        entries = overview.latest.map { entry in
            OverviewPage.Entry(
                at: entry.at.rfc3339, verdict: entry.verdict.rawValue,
                recipient: entry.recipient, rules: entry.ruleNames + (entry.repeats > 0 ? " +\(entry.repeats)" : ""),
                client: entry.tags.first?.description ?? "–", bytes: texts.number(entry.letterBytes),
                id: entry.id.description, clientPath: entry.tags.first.map { "/clients/\($0)" },
                letterPath: entry.verdict == .refuse ? nil : "/letters/\(entry.id)")
        }
    }
}
