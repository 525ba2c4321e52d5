package import PosternCore
package import PosternSealing
private import Synchronization

/// The newest authorisation that was given under a name.
package struct NewestAuthorisation: Equatable, Sendable {
    package let version: Int32
    /// Whose record it is; nil for a site. A handle keeps its id until that person is erased and the operator gives it to another.
    package let recipient: RecipientID?
    /// Whether the recipient was erased: nothing under this name counts any more.
    package let isErased: Bool

    package init(version: Int32, recipient: RecipientID?, isErased: Bool = false) {
        self.version = version
        self.recipient = recipient
        self.isErased = isErased
    }

    /// Whether a record that came into use counts from now on: it is newer, and not the erased person's.
    func isReplaced(by version: Int32, of recipient: RecipientID?) -> Bool {
        self.version < version && (!isErased || self.recipient != recipient)
    }
}

/// What the vault itself remembers of its authorisations, in its own home and in no backup of the store. So a writer of the store
/// cannot put an old row back, and a restore does not bring back someone who was erased.
package protocol RecordMemory: OwnSecrets {
    /// Nil when nothing is remembered. Asked for every letter: answers from memory, and never waits for a disk.
    func newest(of name: AuthorisedName) -> NewestAuthorisation?

    /// Reserves the next version for each name: one more than the newest, the former one, and every one reserved before.
    ///
    /// All of them or none. What it returns is durable, and no two callers get the same version of a name. The newest stays the
    /// same until `learn`: the new record may never be stored, because the command is killed or the disk is full, and then the
    /// present one must still count. A name keeps its recipient: `RecordMemoryFault.otherRecipient` when another is asked for.
    /// - Throws: `RecordMemoryFault`, or why it cannot be written.
    func takeVersions(for requests: [VersionRequest]) async throws -> [Int32]

    /// The record is in use, and older ones no longer count: it was stored (the operator's command says so), or a letter came
    /// with it whose MAC is this vault's, as after the memory was lost. An older version than the newest changes nothing.
    /// - Parameter isDurable: whether it must be on disk when this returns; a letter does not wait.
    func learn(_ entries: [LearntAuthorisation], isDurable: Bool) async throws

    /// From now on nothing under this name counts, until it is given to another recipient, and the own secret of whom it was is
    /// destroyed. Durable when it returns.
    func erase(_ name: AuthorisedName, recipient: RecipientID) async throws

    /// Whether records that an earlier version of the program authorised may still be adopted: see `Adoption`. True only from the
    /// first start that finds keys and no memory, until `endAdoption`; never true again after that.
    var isAdopting: Bool { get }

    /// Ends it for good. Durable when it returns.
    func endAdoption() async throws
}

extension RecordMemory {
    /// Whether an address that was asked may be confirmed: none was asked after it, and it was not taken back.
    func mayBeConfirmed(_ record: SealedRecord, of recipient: Recipient) -> Bool {
        guard let asked = newest(of: .asked(recipient.handle, at: recipient.site)), asked.recipient == recipient.id else {
            return true
        }
        return record.version >= asked.version
    }

    /// What another memory, of former keys, knows of these names counts here too: the newest version of a name that this one does
    /// not know, and that somebody was erased. Who has the handle here since then is another person, and stays. Durable when it
    /// returns.
    package func takeOver(_ names: [AuthorisedName], from former: any RecordMemory) async throws {
        let known = names.compactMap { name in former.newest(of: name).map { (name, $0) } }
        let news = known.filter { newest(of: $0.0) == nil }.map { name, newest in
            LearntAuthorisation(name, version: newest.version, recipient: newest.recipient)
        }
        if !news.isEmpty { try await learn(news, isDurable: true) }
        for (name, former) in known {
            guard former.isErased, let recipient = former.recipient, let own = newest(of: name), !own.isErased,
                own.recipient == recipient
            else { continue }
            try await erase(name, recipient: recipient)
        }
    }
}

/// A version that is in use now.
package struct LearntAuthorisation: Sendable {
    package let name: AuthorisedName
    package let version: Int32
    /// Whose record it is; nil for a site.
    package let recipient: RecipientID?

    package init(_ name: AuthorisedName, version: Int32, recipient: RecipientID?) {
        self.name = name
        self.version = version
        self.recipient = recipient
    }
}

package struct VersionRequest: Sendable {
    package let name: AuthorisedName
    /// Whose record it is to be; nil for a site.
    package let recipient: RecipientID?
    /// The version of the authorised record that is replaced; 0 if there is none.
    package let former: Int32
    /// The name was an erased recipient's, and the operator gives it to another.
    package let isSuccessor: Bool

    package init(_ name: AuthorisedName, recipient: RecipientID?, former: Int32, isSuccessor: Bool = false) {
        self.name = name
        self.recipient = recipient
        self.former = former
        self.isSuccessor = isSuccessor
    }
}

package enum RecordMemoryFault: Error, Equatable, Sendable, CustomStringConvertible {
    case erased(AuthorisedName)
    case notErased(AuthorisedName)
    case otherRecipient(AuthorisedName)
    case noVersionLeft(AuthorisedName)

    package var description: String {
        switch self {
        case .erased(let name):
            "\(name) was erased; nothing was sealed\n"
                + "    To give this handle to another person, who gets nothing of the former one's, add --new-person."
        case .notErased(let name):
            "\(name) was not erased, as far as the vault knows; nothing was sealed\n"
                + "    Erase it first with postern recipient erase, which also tells the vault."
        case .otherRecipient(let name):
            "\(name) belongs to another recipient than the store says; nothing was sealed\n"
                + "    The store was changed from outside, or is an old backup. Look at it with postern recipient show."
        case .noVersionLeft(let name): "\(name) has no version left; nothing was sealed\n    Use another handle."
        }
    }
}

/// A memory that ends with the process: for tests, and for checks that give no authorisation.
package final class TransientRecordMemory: RecordMemory {
    fileprivate struct State {
        var newest: [AuthorisedName: NewestAuthorisation] = [:]
        var reserved: [AuthorisedName: Int32] = [:]
        var isAdopting: Bool
        /// Nil when it was destroyed.
        var secrets: [RecipientID: (owner: RecordOwner, secret: OwnSecret?)] = [:]
    }

    private let state: Mutex<State>

    package init(isAdopting: Bool = false) {
        state = Mutex(State(isAdopting: isAdopting))
    }

    package func newest(of name: AuthorisedName) -> NewestAuthorisation? { state.withLock { $0.newest[name] } }
    package var isAdopting: Bool { state.withLock { $0.isAdopting } }
    package func endAdoption() { state.withLock { $0.isAdopting = false } }

    package func takeVersions(for requests: [VersionRequest]) throws -> [Int32] {
        try state.withLock { state in
            var reserved = state.reserved
            let versions = try requests.map { request in
                let version = try request.version(after: state.newest[request.name], reserved: reserved[request.name] ?? 0)
                reserved[request.name] = version
                return version
            }
            state.reserved = reserved
            return versions
        }
    }

    package func learn(_ entries: [LearntAuthorisation], isDurable: Bool) {
        state.withLock { state in
            for entry in entries {
                guard state.newest[entry.name]?.isReplaced(by: entry.version, of: entry.recipient) ?? true else { continue }
                state.newest[entry.name] = NewestAuthorisation(version: entry.version, recipient: entry.recipient)
            }
        }
    }

    package func erase(_ name: AuthorisedName, recipient: RecipientID) {
        state.withLock { state in
            let (version, known) = (state.newest[name]?.version ?? 0, state.newest[name]?.recipient)
            let owner = RecordOwner(name, known ?? recipient)
            let held = owner.flatMap { state.secrets[$0.recipient] }
            let isAnother = held?.secret != nil && held?.owner != owner
            state.newest[name] = NewestAuthorisation(
                version: version, recipient: isAnother ? nil : known ?? recipient, isErased: true)
            if let owner { state.destroySecret(of: owner) }
        }
    }

    package func ownSecret(of recipient: RecipientID) -> OwnSecretState {
        state.withLock { $0.secrets[recipient].map { $0.secret.map { .held($0) } ?? .destroyed } ?? .none }
    }

    package var destroyedOwnSecrets: Int { state.withLock { $0.secrets.values.count { $0.secret == nil } } }

    package func takeOwnSecrets(for owners: [RecordOwner]) throws -> [OwnSecret] {
        try state.withLock { state in
            try owners.map { owner in
                try owner.check(state.newest[owner.name])
                let known = state.secrets[owner.recipient] ?? (owner, OwnSecret())
                guard let secret = known.secret else { throw RecordMemoryFault.erased(owner.name) }
                state.secrets[owner.recipient] = known
                return secret
            }
        }
    }

    package func destroyOwnSecret(of owner: RecordOwner) { state.withLock { $0.destroySecret(of: owner) } }
}

extension TransientRecordMemory.State {
    fileprivate mutating func destroySecret(of owner: RecordOwner) {
        if secrets[owner.recipient]?.owner == owner { secrets[owner.recipient] = (owner, nil) }
    }
}

extension VersionRequest {
    /// The version to reserve.
    /// - Parameter reserved: the highest that was reserved before; 0 if none was.
    /// - Throws: `RecordMemoryFault`.
    package func version(after newest: NewestAuthorisation?, reserved: Int32) throws(RecordMemoryFault) -> Int32 {
        if isSuccessor {
            guard newest?.isErased ?? true else { throw .notErased(name) }
        } else {
            if newest?.isErased == true { throw .erased(name) }
            if let newest, newest.recipient != recipient { throw .otherRecipient(name) }
        }
        let (version, overflow) = max(newest?.version ?? 0, former, reserved).addingReportingOverflow(1)
        guard !overflow, version > 0 else { throw .noVersionLeft(name) }
        return version
    }
}
