/// What the relay answers a command with. `--json` prints the values as they are here.
package enum ControlAnswer: Codable, Sendable {
    /// Done; how many it touched.
    case done(count: Int)
    case sites([SiteView])
    case recipients([RecipientView])
    case found([FoundRecipient])
    /// For each recipient, in order: whether it went in.
    case stored([StoreResult])
    case counts(QueueCounts)
    case deliveries([DeliveryView])
    case delivery(DeliveryView, attempts: [AttemptView])
    case entries([EntryView])
    case entry(EntryView, parts: [PartView], delivery: DeliveryView?)
    case blocks([BlockView])
    case backup(BackupView)
    case relay(RelayView)
    /// Not done: what happened, and what to do.
    case refused(String)

    package struct SiteView: Codable, Sendable {
        package let id: String
        package let name: String
        package let origins: [String]
        package let accent: String?
        package let logo: String?
        package let introductions: [String: String]
        package let languages: [String]
    }

    /// Never an address: it is sealed, and this side could not print it.
    package struct RecipientView: Codable, Sendable {
        package let site: String
        package let handle: String
        package let name: String
        package let language: String
        package let state: String
        package let addressVersion: Int32?
        package let page: String?
    }

    package struct FoundRecipient: Codable, Sendable {
        package let handle: String
        package let id: String
        package let state: String
        /// Nil for an erased recipient, who gets no new record.
        package let version: Int32?
    }

    package enum StoreResult: String, Codable, Sendable {
        case stored, exists
    }

    package struct QueueCounts: Codable, Sendable {
        package let states: [String: Int]
        /// Letters ever accepted and not yet past their retention; the sum of all states, or something is very wrong.
        package let accepted: Int
    }

    package struct DeliveryView: Codable, Sendable {
        package let id: String
        package let site: String
        package let handle: String
        package let kind: String
        package let state: String
        package let attempts: Int
        package let accepted: String
        package let due: String?
        package let uncertain: Int
        package let reason: String?
        package let stage: String?
        package let code: Int?
        package let text: String?
    }

    package struct AttemptView: Codable, Sendable {
        package let number: Int
        package let began: String
        package let ended: String?
        package let outcome: String?
        package let stage: String?
        package let code: Int?
        package let enhanced: String?
        package let text: String?
    }

    /// A line of the log. Tags stand for client addresses; nothing of the letter is here.
    package struct EntryView: Codable, Sendable {
        package let id: String
        package let at: String
        package let site: String
        package let handle: String
        package let verdict: String
        package let rules: [String]
        package let tags: [String]
        package let letterBytes: Int
        package let repeats: Int
        package let evidence: Bool
    }

    /// What one rule said, in words.
    package struct PartView: Codable, Sendable {
        package let rule: String
        package let effect: String
        package let meaning: String
    }

    package struct BlockView: Codable, Sendable {
        package let id: Int64
        package let kind: String
        package let mark: String
        package let effect: String
        package let reason: String
        package let added: String
        package let expires: String?
        package let active: Bool
    }

    package struct BackupView: Codable, Sendable {
        package let path: String
        package let bytes: Int

        package init(path: String, bytes: Int) {
            (self.path, self.bytes) = (path, bytes)
        }
    }
}
