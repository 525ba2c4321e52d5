internal import Hummingbird
package import PosternCore
package import PosternRelay
package import PosternText

/// A part of the staff's pages: an entry of the bar that each of them has, for those who may open it.
package enum StaffSection: String, CaseIterable, Sendable {
    case desk, waves, log, charts, blocks, recipients, sites, tokens, staff, decisions, journal, overview

    package var path: String { self == .desk ? "/" : "/\(rawValue)" }

    /// Who may open it.
    package var roles: Set<StaffRole> {
        switch self {
        case .desk, .waves, .log, .charts, .blocks, .decisions, .overview: .any
        case .recipients, .sites, .tokens, .staff: [.administrator]
        case .journal: [.administrator, .auditor]
        }
    }

    private var title: StaffText {
        switch self {
        case .desk: .barDesk
        case .waves: .barWaves
        case .log: .barLog
        case .charts: .barCharts
        case .blocks: .barBlocks
        case .recipients: .barRecipients
        case .sites: .barSites
        case .tokens: .barTokens
        case .staff: .barStaff
        case .decisions: .barDecisions
        case .journal: .barJournal
        case .overview: .barOverview
        }
    }

    /// The part that a page belongs to; nil for those of none, such as one's own sessions.
    package init?(of path: String) {
        let first = path.split(separator: "/").first.map(String.init) ?? ""
        switch first {
        case "", "letters": self = .desk
        case "clients": self = .log
        default:
            guard let section = Self(rawValue: first) else { return nil }
            self = section
        }
    }

    /// - Parameter path: of the page that has the bar.
    package static func bar(for staff: SignedInStaff, on path: String, _ texts: Catalogue) -> PageFrame.Bar {
        let own = Self(of: path)
        return PageFrame.Bar(
            label: texts(.barLabel),
            signedIn: texts(.accountSignedIn, [.name: staff.name.text, .role: staff.role.rawValue]),
            sessions: texts(.barSessions),
            links: allCases.filter { $0.roles.contains(staff.role) }.map { section in
                PageFrame.Bar.Link(
                    path: section.path, name: texts(section.title),
                    current: section == own ? (section.path == path ? "page" : "true") : nil)
            })
    }
}

extension ResponseFactory {
    /// For a page of staff's, with the bar of what they may open.
    func presentation(for request: Request, _ context: WebContext) -> Presentation {
        presentation(for: request, staff: context.staff)
    }

    /// - Parameter staff: who sees it; nil for who is not signed in, and sees no bar.
    func presentation(for request: Request, staff: SignedInStaff?) -> Presentation {
        guard let staff else { return presentation(for: request) }
        return .unbranded(
            templates, bar: StaffSection.bar(for: staff, on: request.uri.path, templates.catalogue(.english)))
    }
}
