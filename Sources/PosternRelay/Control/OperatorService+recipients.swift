private import Foundation
internal import PosternCore
internal import PosternStore

extension OperatorService {
    func findRecipients(_ siteText: String, handles: [String]) async throws -> ControlAnswer {
        let site = try await site(siteText)
        let wanted = try handles.map { text in try parsed { try Handle(text) } }
        let found = try await store.read { transaction in
            try wanted.compactMap { try transaction.recipients.find($0, at: site.id) }
        }
        return .found(
            found.map { recipient in
                ControlAnswer.FoundRecipient(
                    handle: recipient.handle.text, id: recipient.id.description, state: recipient.state.rawValue,
                    version: recipient.record?.version)
            })
    }

    /// Adds those that are new, and gives those that are known (by the same id) their new record.
    func storeRecipients(_ siteText: String, _ new: [ControlRequest.NewRecipient]) async throws -> ControlAnswer {
        let site = try await site(siteText)
        let moment = now()
        var randomness = SystemRandomNumberGenerator()
        let recipients = try new.map { try parsedRecipient($0, at: site.id) }
        // A unit may run twice, so nothing is drawn inside it.
        let confirmations = recipients.map { recipient in
            NewConfirmation(
                id: LetterID(at: moment, using: &randomness), at: moment, recipient: recipient.id,
                tokens: MailTokens(using: &randomness))
        }
        let results = try await store.write { transaction in
            try zip(recipients, confirmations).map { recipient, confirmation in
                let isStored = try transaction.store(recipient, at: moment)
                if isStored, recipient.state == .unconfirmed { try transaction.intake.enqueue(confirmation) }
                return isStored ? ControlAnswer.StoreResult.stored : .exists
            }
        }
        wake()
        return .stored(results)
    }

    func listRecipients(_ siteText: String, after: String?, limit: Int) async throws -> ControlAnswer {
        let site = try await site(siteText)
        let after = try after.map { text in try parsed { try Handle(text) } }
        let recipients = try await store.read { try $0.recipients.list(at: site.id, after: after, limit: limit) }
        return .recipients(recipients.map(view))
    }

    func showRecipient(_ site: String, _ handle: String) async throws -> ControlAnswer {
        .recipients([view(try await recipient(site, handle))])
    }

    func moveRecipient(_ site: String, _ handle: String, _ move: ControlRequest.RecipientMove) async throws -> ControlAnswer {
        let recipient = try await recipient(site, handle)
        let moment = now()
        let change = try await store.write { transaction in
            switch move {
            case .pause: try transaction.recipients.setState(.paused, of: recipient.id, from: [.active, .paused], at: moment)
            case .resume: try transaction.recipients.setState(.active, of: recipient.id, from: [.paused, .active], at: moment)
            case .erase: try transaction.recipients.erase(recipient.id, at: moment)
            }
        }
        switch change {
        case .changed: return .done(count: 1)
        case .refused(let state):
            throw Refusal("\(site)/\(handle) is \(state.rawValue), so this cannot be done; it was left as it is")
        case .unknown, .outdated:
            throw Refusal("\(site)/\(handle) changed meanwhile; look at it and try again")
        }
    }

    private func view(_ recipient: Recipient) -> ControlAnswer.RecipientView {
        ControlAnswer.RecipientView(
            site: recipient.site.text, handle: recipient.handle.text, name: recipient.name.text,
            language: recipient.language.description, state: recipient.state.rawValue, addressVersion: recipient.record?.version,
            page: recipient.state == .erased ? nil : "\(publicURL)/c/\(recipient.site)/\(recipient.handle)")
    }

    private func parsedRecipient(_ new: ControlRequest.NewRecipient, at site: SiteID) throws -> Recipient {
        let handle = try parsed { try Handle(new.handle) }
        guard let id = RecipientID(new.id), let name = try? HeaderText(new.name, limit: Letter.Limit.name),
            let language = Language(new.language), let seal = Data(base64Encoded: new.seal),
            let authorisation = Data(base64Encoded: new.authorisation)
        else { throw Refusal("the recipient \(new.handle) came in a form this relay does not read; are both of one version?") }
        return Recipient(
            id: id, site: site, handle: handle, name: name, language: language, state: new.confirmed ? .active : .unconfirmed,
            record: SealedRecord(version: new.version, seal: Array(seal), authorisation: Array(authorisation)))
    }
}

extension Transaction {
    /// - Returns: false when the handle belongs to somebody else, is erased, or has a record later than the one this follows.
    fileprivate func store(_ recipient: Recipient, at now: Timestamp) throws -> Bool {
        guard let record = recipient.record else { return false }
        if record.version == 1 { return try recipients.add(recipient, at: now) }
        guard try recipients.replaceRecord(of: recipient.id, with: record, at: now) == .changed else { return false }
        // A new address is no wish to get letters again: who is paused stays so.
        let from: Set<Recipient.State> = recipient.state == .active ? [.active, .unconfirmed] : [.active, .paused, .unconfirmed]
        switch try recipients.setState(recipient.state, of: recipient.id, from: from, at: now) {
        case .changed, .refused(in: .paused): return true
        case .refused, .outdated, .unknown: return false
        }
    }
}
