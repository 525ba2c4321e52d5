package import PosternCore
internal import PosternStore

/// The people who receive letters. Their addresses come here sealed, and nothing here can open them.
package struct RecipientOperations: Sendable {
    package enum Action: String, Codable, Sendable {
        case pause, resume, erase
    }

    package enum Fault: OperationFault {
        case unknown(Handle, SiteID)
        case wrongState(Handle, SiteID, Recipient.State)
        case changedMeanwhile(Handle, SiteID)
        case takenAlias(HandleAlias, SiteID, by: Handle)
        case erasedOwner(Handle, SiteID)
        case unknownAlias(HandleAlias, SiteID)

        package var description: String {
            switch self {
            case .unknown(let handle, let site): "there is no recipient “\(handle)” at site \(site)"
            case .wrongState(let handle, let site, let state):
                "\(site)/\(handle) is \(state.rawValue), so this cannot be done; it was left as it is"
            case .changedMeanwhile(let handle, let site): "\(site)/\(handle) was changed by somebody else just now"
            case .takenAlias(let alias, let site, let owner): "“\(alias)” already leads to \(site)/\(owner); no alias was added"
            case .erasedOwner(let handle, let site): "\(site)/\(handle) is erased, so no alias was added"
            case .unknownAlias(let alias, let site): "“\(alias)” is no alias at site \(site)"
            }
        }

        package var remedy: String? {
            switch self {
            case .unknown(_, let site): "See postern recipient list --site \(site)."
            case .wrongState, .erasedOwner: nil
            case .takenAlias(let alias, let site, let owner):
                alias.key == owner.text
                    ? "It is that recipient's handle. Choose another alias."
                    : "If it should lead elsewhere, remove it there first: postern recipient alias remove \(owner) \"\(alias)\" --site \(site)."
            case .unknownAlias(_, let site): "See postern recipient alias list --site \(site)."
            case .changedMeanwhile(let handle, let site):
                "Look at it with postern recipient show \(handle) --site \(site), and try again."
            }
        }
    }

    let operations: Operations

    /// The recipients that already have one of these handles. Asked before addresses are sealed, since a seal names the recipient
    /// and the version of the record.
    /// - Throws: `SiteOperations.Fault.unknown`, or what the store throws.
    package func find(_ handles: [Handle], at site: SiteID) async throws -> [Recipient] {
        _ = try await operations.sites.find(site)
        return try await operations.store.read { transaction in
            try handles.compactMap { try transaction.recipients.find($0, at: site) }
        }
    }

    /// - Throws: `SiteOperations.Fault.unknown`, `Fault.unknown`, or what the store throws.
    package func find(_ handle: Handle, at site: SiteID) async throws -> Recipient {
        guard let recipient = try await find([handle], at: site).first else { throw Fault.unknown(handle, site) }
        return recipient
    }

    /// By handle.
    /// - Parameter after: the last recipient of the page before.
    /// - Throws: `SiteOperations.Fault.unknown`, or what the store throws.
    package func list(at site: SiteID, after: Handle? = nil, limit: Int) async throws -> [Recipient] {
        _ = try await operations.sites.find(site)
        return try await operations.store.read { try $0.recipients.list(at: site, after: after, limit: limit) }
    }

    /// - Throws: `SiteOperations.Fault.unknown`, or what the store throws.
    package func count(at site: SiteID) async throws -> Int {
        _ = try await operations.sites.find(site)
        return try await operations.store.read { try $0.recipients.count(at: site) }
    }

    /// A recipient with the record that the vault has sealed.
    package struct NewRecord: Sendable {
        package let recipient: Recipient
        /// The version that it replaces; nil for a new recipient.
        package let former: Int32?
        /// A new person, who gets the handle of somebody who was erased and nothing else of theirs.
        package let isSuccessor: Bool
        /// Further names that links may use. One that is somebody else's stays theirs.
        package let aliases: [HandleAlias]

        package init(_ recipient: Recipient, former: Int32?, isSuccessor: Bool = false, aliases: [HandleAlias] = []) {
            self.recipient = recipient
            self.former = former
            self.isSuccessor = isSuccessor
            self.aliases = aliases
        }
    }

    /// Adds those that are new, and gives those that are known (by the same id) their new record. Those whose address is not
    /// confirmed are asked by mail.
    /// - Returns: for each recipient, whether it was stored. False when the handle belongs to somebody else, is erased, or was
    ///   given another record since this one was sealed.
    /// - Throws: `SiteOperations.Fault.unknown`, or what the store throws.
    package func enrol(_ records: [NewRecord], at site: SiteID) async throws -> [Bool] {
        _ = try await operations.sites.find(site)
        let record = operations.trace(.enrolRecipients, "")
        var randomness = operations.randomness
        // A transaction may run twice, so nothing random is drawn inside it.
        let confirmations = records.map { _ in
            (id: LetterID(at: record.at, using: &randomness), tokens: MailTokens(using: &randomness))
        }
        // A former address is gone before anyone is told that there is a new one.
        let isReplacing = records.contains { $0.former != nil }
        let stored = try await operations.store.write(isErasing: isReplacing) { transaction in
            let stored = try zip(records, confirmations).map { new, confirmation in
                let isStored = try transaction.store(new, at: record.at)
                if isStored {
                    for alias in new.aliases { _ = try transaction.aliases.add(alias, for: new.recipient, at: record.at) }
                }
                if isStored, new.recipient.state == .unconfirmed {
                    try transaction.intake.enqueueConfirmation(
                        confirmation.id, to: new.recipient.id, at: record.at, tokens: confirmation.tokens)
                }
                return isStored
            }
            let handles = zip(records, stored).filter(\.1).map(\.0.recipient.handle)
            guard let first = handles.first else { return stored }
            var record = record
            record.subject = handles.count == 1 ? "\(site)/\(first)" : "\(site): \(handles.count) recipients"
            try transaction.operationTrace.add(record)
            return stored
        }
        operations.wake()
        return stored
    }

    /// - Throws: `Fault`, `SiteOperations.Fault.unknown`, or what the store throws.
    package func apply(_ action: Action, to handle: Handle, at site: SiteID) async throws {
        let recipient = try await find(handle, at: site)
        let record = operations.trace(action.verb, "\(site)/\(handle)")
        try await operations.write(record, isErasing: action == .erase) { transaction in
            let recipients = transaction.recipients
            let change =
                switch action {
                case .pause: try recipients.setState(.paused, of: recipient.id, from: [.active, .paused], at: record.at)
                case .resume: try recipients.setState(.active, of: recipient.id, from: [.paused, .active], at: record.at)
                case .erase: try recipients.erase(recipient.id, at: record.at)
                }
            switch change {
            case .changed: break
            case .refused(let state): throw Fault.wrongState(handle, site, state)
            case .unknown, .outdated: throw Fault.changedMeanwhile(handle, site)
            }
        }
    }
}

extension RecipientOperations.Action {
    fileprivate var verb: OperationRecord.Verb {
        switch self {
        case .pause: .pauseRecipient
        case .resume: .resumeRecipient
        case .erase: .eraseRecipient
        }
    }
}

extension Transaction {
    fileprivate func store(_ new: RecipientOperations.NewRecord, at now: Timestamp) throws -> Bool {
        let recipient = new.recipient
        guard let record = recipient.record else { return false }
        if new.isSuccessor { try recipients.vacate(recipient.handle, at: recipient.site, for: recipient.id, now: now) }
        guard let former = new.former else { return try recipients.add(recipient, at: now) }
        guard try recipients.replaceRecord(of: recipient, with: record, former: former, at: now) == .changed else { return false }
        // The operator's word is newer than whatever was asked for at the member's page.
        try addressChanges.forget(of: recipient.id)
        // A new address does not mean that letters are wanted again: a paused recipient stays paused.
        let from: Set<Recipient.State> = recipient.state == .active ? [.active, .unconfirmed] : [.active, .paused, .unconfirmed]
        switch try recipients.setState(recipient.state, of: recipient.id, from: from, at: now) {
        case .changed, .refused(in: .paused): return true
        case .refused, .outdated, .unknown: return false
        }
    }
}
