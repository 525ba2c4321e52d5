/// What a command asks of the relay, over its control socket or, while no relay runs, of the store in its own process.
/// JSON, since it is rarely called and often looked at.
package enum ControlRequest: Codable, Sendable {
    case addSite(id: String, name: String, origins: [String])
    case listSites
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
    case backup(to: String)

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
