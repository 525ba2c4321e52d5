/// What a command asks of the relay, over its control socket or, while no relay runs, of the store in its own process.
/// JSON, since it is rarely called and often looked at.
package enum ControlRequest: Codable, Sendable {
    case addSite(id: String, name: String, origins: [String])
    case listSites
    case changeSite(id: String, SiteChange)
    /// Base64 of the file; nil takes the logo away.
    case setLogo(site: String, file: String?)
    /// What is known of these handles: asked before addresses are sealed, since a seal names its row.
    case findRecipients(site: String, handles: [String])
    case storeRecipients(site: String, recipients: [NewRecipient])
    case listRecipients(site: String, after: String?, limit: Int)
    case showRecipient(site: String, handle: String)
    case moveRecipient(site: String, handle: String, move: RecipientMove)
    case countQueue
    case listQueue(QueueFilter)
    case showDelivery(id: String)
    case moveDeliveries(QueueMove, of: QueueSelection)
    case listLog(LogQuery)
    case showEntry(id: String)
    case addBlock(NewBlock)
    case listBlocks
    case removeBlock(id: Int64)
    case backup(to: String)
    /// How the relay and its store are.
    case examine

    /// What is to be another way about a site; nil leaves it as it is.
    package struct SiteChange: Codable, Sendable {
        package var name: String?
        package var origins: [String]?
        /// Empty takes the site's own colour away.
        package var accent: String?
        /// By language; an empty text takes one away.
        package var introductions: [String: String]?
        package var languages: [String]?

        package init() {}
    }

    /// Which entries of the log are asked for. Moments are milliseconds since 1970.
    package struct LogQuery: Codable, Sendable {
        package var since: Int64?
        package var until: Int64?
        package var verdict: String?
        package var rule: String?
        package var site: String?
        package var handle: String?
        package var tag: String?
        /// Entries behind this one, oldest first; nil for the latest.
        package var after: String?
        /// The latest before this one.
        package var before: String?
        package var limit: Int

        package init(limit: Int) {
            self.limit = limit
        }
    }

    package struct NewBlock: Codable, Sendable {
        package enum Mark: Codable, Sendable {
            case tag(String)
            case prefix(String)
            case domain(String)
            case text(String)
        }

        package let mark: Mark
        package let effect: String
        package let reason: String
        /// Seconds from now; nil for until it is removed.
        package let lasts: Int64?

        package init(mark: Mark, effect: String, reason: String, lasts: Int64?) {
            (self.mark, self.effect, self.reason, self.lasts) = (mark, effect, reason, lasts)
        }
    }

    /// The most rows of one answer: a thousand of any kind fit into a frame of the control socket. Whoever wants more asks
    /// again from behind the last.
    package static let pageLimit = 1_000

    package enum RecipientMove: String, Codable, Sendable {
        case pause, resume, erase
    }

    package enum QueueMove: Codable, Sendable {
        case retry, release, drop
        case hold(reason: String)
    }

    package enum QueueSelection: Codable, Sendable {
        case one(id: String)
        /// Every delivery the move applies to.
        case all
    }

    package struct QueueFilter: Codable, Sendable {
        package var state: String?
        package var site: String?
        package var handle: String?
        package var after: String?
        package var limit: Int

        package init(state: String?, site: String?, handle: String?, after: String?, limit: Int) {
            (self.state, self.site, self.handle, self.after, self.limit) = (state, site, handle, after, limit)
        }
    }

    /// A recipient with the record the vault has sealed.
    package struct NewRecipient: Codable, Sendable {
        package let id: String
        package let handle: String
        package let name: String
        package let language: String
        package let confirmed: Bool
        package let version: Int32
        /// Base64.
        package let seal: String
        package let authorisation: String

        package init(
            id: String, handle: String, name: String, language: String, confirmed: Bool, version: Int32, seal: String,
            authorisation: String
        ) {
            (self.id, self.handle, self.name, self.language) = (id, handle, name, language)
            (self.confirmed, self.version, self.seal, self.authorisation) = (confirmed, version, seal, authorisation)
        }
    }
}
