package import PosternText

/// The texts of `staff.json` about what administrators change with a second factor that Swift asks for by name.
package enum ChangeText: String, TextKey {
    case titleNew = "change.title_new"
    case titleAccount = "change.title_account"
    case titleSite = "change.title_site"
    case name = "change.name"
    case nameHint = "change.name_hint"
    case siteName = "change.site_name"
    case siteNameHint = "change.site_name_hint"
    case origins = "change.origins"
    case originsHint = "change.origins_hint"
    case legendRole = "change.legend_role"
    case legendWhat = "change.legend_what"
    case roleReviewer = "change.role_reviewer"
    case roleAdministrator = "change.role_administrator"
    case roleAuditor = "change.role_auditor"
    case doReset = "change.do_reset"
    case doMove = "change.do_move"
    case doRemove = "change.do_remove"
    case willAdd = "change.will_add"
    case willReset = "change.will_reset"
    case willMove = "change.will_move"
    case willRemove = "change.will_remove"
    case willLink = "change.will_link"
    case willEnd = "change.will_end"
    case willWait = "change.will_wait"
    case willBeOwn = "change.will_be_own"
    case willName = "change.will_name"
    case willOrigins = "change.will_origins"
    case willNoOrigins = "change.will_no_origins"

    case noName = "change.no_name"
    case noRole = "change.no_role"
    case noWhat = "change.no_what"
    case noSiteName = "change.no_site_name"
    case noOrigin = "change.no_origin"
    case shortReason = "change.short"
    case longReason = "change.long"

    case role = "change.role"
    case account = "change.account"
    case tooNew = "change.too_new"
    case oneself = "change.oneself"
    case cap = "change.cap"
    case unwritten = "change.unwritten"
    case wrongCode = "change.wrong_code"
    case wrongPasskey = "change.wrong_passkey"
    case used = "change.used"
    case overdue = "change.overdue"
    case limited = "change.limited"
    case unavailable = "change.unavailable"
    case uncertain = "change.uncertain"
    case again = "change.again"

    case didLink = "change.did_link"
    case didWait = "change.did_wait"
    case didRemove = "change.did_remove"
    case didSite = "change.did_site"

    package static let file = CatalogueFile.staff

    package var slots: Set<TextSlot> {
        switch self {
        case .titleAccount, .willRemove, .willLink, .willEnd, .willWait, .didLink, .didRemove, .noOrigin: [.name]
        case .titleSite, .willNoOrigins, .didSite: [.site]
        case .doMove: [.role]
        case .willAdd, .willReset, .willMove: [.name, .role]
        case .willName: [.site, .name]
        case .willOrigins: [.page]
        case .noSiteName, .shortReason, .longReason: [.limit]
        case .cap, .tooNew: [.date]
        case .didWait: [.name, .date]
        case .limited, .unavailable: [.wait]
        default: []
        }
    }
}

extension Catalogue {
    package func callAsFunction(_ key: ChangeText, _ values: [TextSlot: String] = [:]) -> String { text(key.rawValue, values) }
}
