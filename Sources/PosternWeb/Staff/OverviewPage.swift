internal import Hummingbird
private import Logging
package import PosternCore
package import PosternRelay
package import PosternText

/// `GET /` on the staff listener.
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
        let presentation = responses.presentation(for: request)
        return responses.page(OverviewPage(overview, mailbox: mailbox, now: services.now(), presentation))
    }
}

/// The first page staff see: deliveries by state, the latest decisions, and whether the service is ready.
package struct OverviewPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case facts, health, isWell, oldest, purge, states, decisions, label, count
        case hasEntries, entries, at, verdict, recipient, rules, client, bytes, id
        case mailbox
    }

    package static let template = "staff/overview"

    package let frame: PageFrame
    package let text: Texts
    package let facts: Facts?
    package let mailbox: String?

    /// What the store says. Nil when it cannot be read.
    package struct Facts: Sendable {
        package let health: String
        package let isWell: Bool
        package let oldest, purge: String
        package let states: [Count]
        package let decisions: [Count]
        package let hasEntries: Bool
        package let entries: [Entry]
    }

    package struct Count: Sendable {
        package let label, count: String
    }

    package struct Entry: Sendable {
        package let at, verdict, recipient, rules, client, bytes, id: String
    }

    /// - Parameter overview: nil when the store cannot be read.
    package init(_ overview: StaffOverview?, mailbox: String?, now: Timestamp, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.staffTitle))
        text = texts.texts
        self.mailbox = mailbox
        facts = overview.map { Facts($0, now: now, texts) }
    }
}

extension OverviewPage.Facts {
    fileprivate init(_ overview: StaffOverview, now: Timestamp, _ texts: Catalogue) {
        isWell = overview.readiness.isReady
        let faults = overview.readiness.faults.map(\.rawValue).joined(separator: ", ")
        health = isWell ? texts(.staffWell) : texts(.staffFaults, [.faults: faults])
        oldest =
            overview.oldestWaiting.map { texts(.staffOldest, [.age: texts.span(max(now.since($0), .zero))]) }
            ?? texts(.staffNothingWaits)
        purge = overview.lastPurge.map { texts(.staffPurge, [.date: texts.date($0)]) } ?? texts(.staffNoPurge)
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
                id: entry.id.description)
        }
    }
}
