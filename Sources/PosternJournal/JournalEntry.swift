private import Crypto
private import FoundationEssentials
package import PosternCore

/// One record of the journal: a line of JSON with its keys in alphabetical order. Its bytes are what the tree holds.
///
/// It names no person. Whom it is about is in it as a digest with a salt of its own, and name and salt are kept beside the journal
/// (`EntrySubject`), where erasing removes them: what is left can then be matched with nobody, and the tree stays whole.
package struct JournalEntry: Hashable, Sendable {
    /// Its place in the journal, from 0.
    package let number: Int
    /// What the vault's clock said. A claim: the order is what counts.
    package let at: Timestamp
    package let actor: JournalActor
    package let event: JournalEvent
    /// Digest of whom or what it is about.
    package let about: TreeHash?

    package init(number: Int, at: Timestamp, actor: JournalActor, event: JournalEvent, about: TreeHash? = nil) {
        self.number = number
        self.at = at
        self.actor = actor
        self.event = event
        self.about = about
    }

    private static let version = 1

    package var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array((try? encoder.encode(fields)) ?? Data())
    }

    /// Nil for what is no entry of this form.
    package init?(_ bytes: [UInt8]) {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes)), fields.v == Self.version,
            let at = Timestamp(rfc3339: fields.at), let actor = JournalActor(rawValue: fields.by), let event = fields.event
        else { return nil }
        let about = fields.about.flatMap { TreeHash(base64: $0) }
        guard about != nil || fields.about == nil else { return nil }
        self.init(number: fields.n, at: at, actor: actor, event: event, about: about)
    }

    // MARK: - JSON

    private struct Fields: Codable {
        var v: Int
        var n: Int
        var at: String
        var by: String
        var did: String
        var about: String?
        var after: String?
        var block: Int64?
        var count: Int?
        var decision: String?
        var keys: [String]?
        var letter: String?
        var means: String?
        var memory: Bool?
        var recipients: Int?
        var report: String?
        var role: String?
        var site: String?
        var sites: Int?
        var token: String?
        var version: String?
        var what: String?

        /// Nil where a field is missing that the event needs.
        var event: JournalEvent? {
            let siteID = site.flatMap { try? SiteID($0) }
            let tokenID = token.flatMap { SiteTokenID($0) }
            let staffRole = role.flatMap { StaffRole(rawValue: $0) }
            let staffMeans = means.flatMap { StaffMeans(rawValue: $0) }
            let decisionID = decision.flatMap { StaffDecisionID($0) }
            return switch did {
            case "began": .began(after: after)
            case "started": version.map { .started(version: $0) }
            case "hour": .hour(uncounted: count ?? 0)
            case "keys-made": keys.map { .keysMade($0) }
            case "keys-destroyed": keys.map { .keysDestroyed($0) }
            case "keys-exported": keys.map { .keysExported($0) }
            case "keys-imported": count.map { .keysImported(added: $0, hasMemory: memory ?? false) }
            case "clock-trusted": .clockTrusted
            case "site-authorised": siteID.map { .siteAuthorised($0) }
            case "recipient-authorised": siteID.map { .recipientAuthorised($0) }
            case "recipient-erased": siteID.map { .recipientErased($0) }
            case "address-sought": .addressSought
            case "adopted": .adopted(sites: sites ?? 0, recipients: recipients ?? 0)
            case "token-made":
                if let siteID, let tokenID { .tokenMade(siteID, tokenID) } else { nil }
            case "token-revoked": tokenID.map { .tokenRevoked($0) }
            case "report-sealed": siteID.map { .reportSealed($0) }
            case "client-followed":
                if let siteID, let id = letter.flatMap({ LetterID($0) }) { .clientFollowed(siteID, id) } else { nil }
            case "sender-named":
                if let siteID, let id = letter.flatMap({ LetterID($0) }) { .senderNamed(siteID, id) } else { nil }
            case "block-added": block.map { .blockAdded($0) }
            case "block-removed": block.map { .blockRemoved($0) }
            case "staff-link": staffRole.map { .staffLink($0) }
            case "staff-enrolled":
                if let staffRole, let staffMeans { .staffEnrolled(staffRole, staffMeans) } else { nil }
            case "signed-in": staffMeans.map { .staffSignedIn($0) }
            case "staff-locked-out": .staffLockedOut
            case "decided":
                if let decisionID, let act = what.flatMap({ ReviewAct(rawValue: $0) }), let count {
                    .decided(decisionID, act, count: count)
                } else {
                    nil
                }
            case "decision-undone": decisionID.map { .decisionUndone($0) }
            case "wave-decided":
                if let wave = letter.flatMap({ LetterID($0) }), let step = what.flatMap({ WaveStep(rawValue: $0) }) {
                    .waveDecided(wave, step)
                } else {
                    nil
                }
            default:
                if let step = RevealStep(rawValue: did) {
                    revealed.map { .reveal(step, $0) }
                } else if let step = ChangeStep(rawValue: did) {
                    changed.map { .change(step, $0) }
                } else {
                    .other(did)
                }
            }
        }

        private var changed: ChangeEntry? {
            let role = role.flatMap { StaffRole(rawValue: $0) }
            return switch what {
            case "account-added": role.map { .account(.add($0)) }
            case "account-reset": role.map { .account(.reset($0)) }
            case "account-moved": role.map { .account(.move(to: $0)) }
            case "account-removed": .account(.remove)
            case "site": site.flatMap { try? SiteID($0) }.map { .site($0) }
            default: nil
            }
        }

        private var revealed: RevealEntry? {
            guard let site = site.flatMap({ try? SiteID($0) }), let what = what.flatMap({ RevealEntry.What(rawValue: $0) }),
                let letter = letter.flatMap({ LetterID($0) })
            else { return nil }
            let report = report.flatMap { ReportID($0) }
            guard (report != nil) == (self.report != nil) else { return nil }
            return RevealEntry(site: site, what: what, letter: letter, report: report)
        }
    }

    private var fields: Fields {
        var fields = Fields(
            v: Self.version, n: number, at: at.rfc3339, by: actor.rawValue, did: "", about: about?.base64)
        switch event {
        case .began(let former): (fields.did, fields.after) = ("began", former)
        case .started(let version): (fields.did, fields.version) = ("started", version)
        case .hour(let uncounted): (fields.did, fields.count) = ("hour", uncounted == 0 ? nil : uncounted)
        case .keysMade(let keys): (fields.did, fields.keys) = ("keys-made", keys)
        case .keysDestroyed(let keys): (fields.did, fields.keys) = ("keys-destroyed", keys)
        case .keysExported(let keys): (fields.did, fields.keys) = ("keys-exported", keys)
        case .keysImported(let added, let hasMemory):
            (fields.did, fields.count, fields.memory) = ("keys-imported", added, hasMemory)
        case .clockTrusted: fields.did = "clock-trusted"
        case .siteAuthorised(let site): (fields.did, fields.site) = ("site-authorised", "\(site)")
        case .recipientAuthorised(let site): (fields.did, fields.site) = ("recipient-authorised", "\(site)")
        case .recipientErased(let site): (fields.did, fields.site) = ("recipient-erased", "\(site)")
        case .addressSought: fields.did = "address-sought"
        case .adopted(let sites, let recipients):
            (fields.did, fields.sites, fields.recipients) = ("adopted", sites, recipients)
        case .tokenMade(let site, let id): (fields.did, fields.site, fields.token) = ("token-made", "\(site)", "\(id)")
        case .tokenRevoked(let id): (fields.did, fields.token) = ("token-revoked", "\(id)")
        case .reportSealed(let site): (fields.did, fields.site) = ("report-sealed", "\(site)")
        case .clientFollowed(let site, let id): (fields.did, fields.site, fields.letter) = ("client-followed", "\(site)", "\(id)")
        case .senderNamed(let site, let id): (fields.did, fields.site, fields.letter) = ("sender-named", "\(site)", "\(id)")
        case .blockAdded(let id): (fields.did, fields.block) = ("block-added", id)
        case .blockRemoved(let id): (fields.did, fields.block) = ("block-removed", id)
        case .staffLink(let role): (fields.did, fields.role) = ("staff-link", role.rawValue)
        case .staffEnrolled(let role, let means):
            (fields.did, fields.role, fields.means) = ("staff-enrolled", role.rawValue, means.rawValue)
        case .staffSignedIn(let means): (fields.did, fields.means) = ("signed-in", means.rawValue)
        case .staffLockedOut: fields.did = "staff-locked-out"
        case .decided(let id, let act, let count):
            (fields.did, fields.decision, fields.what, fields.count) = ("decided", "\(id)", act.rawValue, count)
        case .decisionUndone(let id): (fields.did, fields.decision) = ("decision-undone", "\(id)")
        case .waveDecided(let id, let step):
            (fields.did, fields.letter, fields.what) = ("wave-decided", "\(id)", step.rawValue)
        case .reveal(let step, let entry):
            (fields.did, fields.site, fields.what) = (step.rawValue, "\(entry.site)", entry.what.rawValue)
            (fields.letter, fields.report) = ("\(entry.letter)", entry.report.map { "\($0)" })
        case .change(let step, .account(let change)):
            (fields.did, fields.role) = (step.rawValue, change.role?.rawValue)
            fields.what =
                switch change {
                case .add: "account-added"
                case .reset: "account-reset"
                case .move: "account-moved"
                case .remove: "account-removed"
                }
        case .change(let step, .site(let site)):
            (fields.did, fields.what, fields.site) = (step.rawValue, "site", "\(site)")
        case .other(let name): fields.did = name
        }
        return fields
    }
}

/// Whom or what an entry is about: kept beside the journal, or by the one who has the entry's proof.
package struct EntrySubject: Hashable, Sendable {
    package static let saltLength = 16

    /// `photos/pat`, or the id of a report.
    package let text: String
    package let salt: [UInt8]

    package init(_ text: String, salt: [UInt8]) {
        self.text = text
        self.salt = salt
    }

    /// In base64, as a proof has it.
    package var saltText: String { Data(salt).base64EncodedString() }

    /// Nil for what is no salt.
    package init?(_ text: String, saltText: String) {
        guard let salt = Data(strictBase64: saltText), salt.count == Self.saltLength else { return nil }
        self.init(text, salt: Array(salt))
    }

    /// What stands in the entry. Nobody finds the name by trial without the salt, which is random and in no other entry.
    package var digest: TreeHash? {
        TreeHash(Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: salt))))
    }
}
