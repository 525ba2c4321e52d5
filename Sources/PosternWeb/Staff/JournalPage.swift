internal import Hummingbird
private import Logging
package import PosternCore
internal import PosternRelay
package import PosternText

/// `GET /journal`: what was done, by whom, for auditors and administrators.
struct JournalHandler: Sendable {
    static let path = StaffSection.journal.path
    /// Who look at what others did.
    static let roles = StaffSection.journal.roles

    let journal: any JournalSource
    let responses: ResponseFactory

    func get(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let before = request.queryField("before").flatMap { Int($0) }.map { max($0, 0) }
        let excerpt: JournalExcerpt
        do { excerpt = try await journal.excerpt(before: before) } catch {
            throw .unavailable(context.incident("the journal cannot be read", error))
        }
        return responses.page(JournalPage(excerpt, responses.presentation(for: request, context)))
    }
}

/// Entries of the vault's journal, the newest first.
package struct JournalPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case holds, broken, findings, finding, size, name, root, agrees, checked
        case hasRows, rows, number, at, by, did, about, erased, older
    }

    package static let template = "staff/journal"
    package static let required: [Property] = [.finding, .did]

    package let frame: PageFrame
    package let text: Texts
    /// Nil where it does not.
    package let holds, broken: String?
    package let findings: [Finding]
    package let name, root, agrees, checked, size: String
    package let hasRows: Bool
    package let rows: [Row]
    /// The page with what came before; nil on the last.
    package let older: String?

    package struct Finding: Sendable {
        package let finding: String
    }

    package struct Row: Sendable {
        package let number, by, did: String
        package let at, about: String?
        package let erased: Bool
    }

    package init(_ excerpt: JournalExcerpt, _ presentation: Presentation) {
        let (texts, standing) = (presentation.texts, excerpt.standing)
        frame = presentation.frame(title: texts(.journalTitle))
        text = texts.texts
        holds = standing.findings.isEmpty ? texts(.journalHolds) : nil
        broken = standing.findings.isEmpty ? nil : texts(.journalBroken)
        findings = standing.findings.map(Finding.init)
        (name, root) = (standing.name ?? "–", standing.root.isEmpty ? "–" : standing.root)
        size = texts.number(standing.size)
        agrees =
            standing.agreesSince.map { texts(.journalAgrees, [.count: texts.number($0)]) } ?? texts(.journalAlone)
        checked = texts(.journalChecked, [.date: texts.date(standing.checked)])
        hasRows = !excerpt.lines.isEmpty
        rows = excerpt.lines.map { line in
            var about: String?
            if case .known(let text) = line.about { about = text }
            return Row(
                number: String(line.number), by: line.by, did: line.did, at: line.at?.rfc3339, about: about,
                erased: line.about == .erased)
        }
        older = excerpt.lines.last.flatMap { $0.number > 0 ? "\(JournalHandler.path)?before=\($0.number)" : nil }
    }
}
