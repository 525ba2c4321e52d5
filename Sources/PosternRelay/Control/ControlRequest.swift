/// What a command asks of the relay over its control socket or, while no relay runs, of the store in its own process. Texts are
/// as a person typed them: `OperatorService` reads them.
///
/// JSON, since it is seldom sent and often looked at.
package enum ControlRequest: Codable, Sendable {
    case addSite(id: String, name: String, origins: [String], authorisation: NewSiteAuthorisation? = nil)
    /// With its authorisation: what the vault checks before it gives the next one.
    case findSite(id: String)
    case listSites
    case changeSite(id: String, SiteChange)
    /// The file in base64; nil takes the logo away.
    case setLogo(site: String, file: String?)
    /// Its recipients must have been erased.
    case removeSite(id: String)
    /// Which of these handles are taken, and by whom. Asked before addresses are sealed, since a seal names the recipient.
    case findRecipients(site: String, handles: [String])
    case enrolRecipients(site: String, recipients: [NewRecipient])
    case listRecipients(site: String, after: String?, limit: Int)
    case countRecipients(site: String)
    case showRecipient(site: String, handle: String)
    case changeRecipient(site: String, handle: String, action: RecipientOperations.Action)
    /// All of them or none.
    case addAliases(site: String, handle: String, aliases: [String])
    case removeAlias(site: String, handle: String, alias: String)
    /// All of one recipient's, or the whole site's in pages; `after` is the key of the last one.
    case listAliases(site: String, handle: String?, after: String?, limit: Int)
    /// Links with which one person each may join. `lasts` is in seconds.
    case invite(site: String, handle: String?, count: Int, lasts: Int64)
    /// A credential that the vault has made. The digest is in base64.
    case addToken(site: String, id: String, scope: String, digest: String)
    case listTokens(site: String)
    case revokeToken(id: String)
    case addStaff(name: String, role: String)
    case listStaff
    case findStaff(name: String)
    case resetStaff(name: String)
    case moveStaff(name: String, role: String)
    case removeStaff(name: String)
    /// Letters with their seals, for the vault to say whose they are.
    case listSealedLetters(after: String?)
    /// The letters that somebody wrote, with what followed in their conversations.
    case eraseLetters(ids: [String])
    case countQueue
    case listQueue(QueueFilter)
    case showDelivery(id: String)
    case changeDeliveries(QueueOperations.Action, of: QueueSelection)
    /// How many there are, and how many of them an action would change.
    case countDeliveries(QueueFilter, changedBy: QueueOperations.Action?)
    case listLog(LogRequest)
    case showEntry(id: String)
    /// The trace of operations, the latest first, before this one.
    case listOperations(before: String?, limit: Int)
    case addBlock(NewBlock)
    case listBlocks
    case removeBlock(id: Int64)
    case listWaves(after: String?, limit: Int)
    /// With the letters after this one.
    case showWave(id: String, after: String?, limit: Int)
    /// - Parameter tells: whether those whom it has reached get a mail that says so.
    case withdrawWave(id: String, tells: Bool)
    case releaseWave(id: String)
    /// What recipients have reported, the latest first, before this one.
    case listReports(before: String?, limit: Int)
    case backup(to: String)
    /// Which address keys the store needs, and how far sealing addresses again has come. Reads every recipient.
    case countSeals
    /// The condition of the relay and its store.
    case examine
    /// What is the matter; answered at once, and so the question whether the relay still answers.
    case health

    /// What to change about a site; nil leaves it as it is.
    package struct SiteChange: Codable, Sendable {
        /// Both or neither, with their authorisation.
        package var name: String?
        package var origins: [String]?
        package var authorisation: NewSiteAuthorisation?
        /// Empty takes the site's own colour away.
        package var accent: String?
        /// By language; an empty text takes one away.
        package var introductions: [String: String]?
        package var languages: [String]?
        package var join: String?
        package var writers: String?

        package init() {}
    }

    /// Which entries of the log to list. Moments are milliseconds since 1970.
    package struct LogRequest: Codable, Sendable {
        package var since: Int64?
        package var until: Int64?
        package var verdict: String?
        package var rule: String?
        package var site: String?
        package var handle: String?
        package var tag: String?
        /// List the entries after this one, oldest first, instead of the latest.
        package var after: String?
        /// List the latest entries before this one.
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
            /// A `SenderDigest`: the address stays with the vault and the command.
            case sender(String)
            case text(String)
        }

        package let mark: Mark
        package let effect: String
        package let reason: String
        /// Seconds from now; nil for until it is removed.
        package let lasts: Int64?

        package init(mark: Mark, effect: String, reason: String, lasts: Int64?) {
            self.mark = mark
            self.effect = effect
            self.reason = reason
            self.lasts = lasts
        }
    }

    /// The most rows of one answer. A thousand of any kind fit into a frame of the control socket; for more, a command asks
    /// again, naming the last row that it has.
    package static let pageLimit = 1_000

    package enum QueueSelection: Codable, Sendable {
        case one(id: String)
        /// Every delivery the action applies to.
        case all
        /// Those of them that have this in common; the limit does not count.
        case matching(QueueFilter)
    }

    package struct QueueFilter: Codable, Sendable {
        package var state: String?
        package var site: String?
        package var handle: String?
        /// A part of the reason, or of the server's last answer.
        package var reason: String?
        /// A rule of the verdict.
        package var rule: String?
        package var after: String?
        package var limit: Int

        package init(limit: Int) {
            self.limit = limit
        }
    }

    /// The vault's authorisation of name and origins.
    package struct NewSiteAuthorisation: Codable, Sendable {
        package let version: Int32
        /// Base64.
        package let code: String

        package init(version: Int32, code: String) {
            self.version = version
            self.code = code
        }
    }

    /// A recipient with the record that the vault has sealed.
    package struct NewRecipient: Codable, Sendable {
        package let id: String
        package let handle: String
        package let name: String
        package let language: String
        package let confirmed: Bool
        /// The version that the record replaces; nil for a new recipient.
        package let former: Int32?
        /// A new person gets the handle of somebody who was erased.
        package let isSuccessor: Bool?
        package let version: Int32
        /// Base64.
        package let seal: String
        package let authorisation: String
        /// Further names, for a new recipient.
        package let aliases: [String]?

        package init(
            id: String, handle: String, name: String, language: String, confirmed: Bool, former: Int32?,
            isSuccessor: Bool? = nil, version: Int32, seal: String, authorisation: String, aliases: [String]? = nil
        ) {
            self.id = id
            self.handle = handle
            self.name = name
            self.language = language
            self.confirmed = confirmed
            self.former = former
            self.isSuccessor = isSuccessor
            self.version = version
            self.seal = seal
            self.authorisation = authorisation
            self.aliases = aliases
        }
    }
}
