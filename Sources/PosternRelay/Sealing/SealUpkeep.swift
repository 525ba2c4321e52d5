package import Logging
internal import PosternCore
internal import PosternLink
internal import PosternSealing
package import PosternStore
internal import ServiceLifecycle
private import Synchronization

/// Has the vault seal addresses again, where they are under a former key or in the form of an earlier version of the program: in the
/// background, in small batches with a rest after each, so that letters get in between.
///
/// A record opens at any moment, whichever process dies: its row has either seal, and the vault has both keys until an operator destroys
/// the former one. What is left shows in the rows.
package final class SealUpkeep: Service {
    private let store: any Database
    private let vault: VaultLink
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var standing: SealStanding?
        var lastWrite: ContinuousClock.Instant?
    }

    /// So many rows are looked at in one read.
    private static let page = 1_000
    /// A former seal may come back: a change of an address that began before is confirmed, an old row is put back.
    private static let nextLook = (
        whenWhole: Duration.hours(1), whenRefused: Duration.minutes(10), whenMissed: Duration.seconds(10)
    )
    private static let rest = (shortest: Duration.milliseconds(10), longest: Duration.seconds(1))
    /// A mail that was claimed with the former seal has been opened by then.
    private static let settling = Duration.seconds(30)

    package init(store: any Database, vault: VaultLink, logger: Logger) {
        self.store = store
        self.vault = vault
        self.logger = logger
    }

    /// Nil before the first look.
    package var standing: SealStanding? { state.withLock { $0.standing } }

    /// Whether a mail may be under way that was claimed with a seal which is not in the store any more.
    package var isSettling: Bool {
        state.withLock { $0.lastWrite }.map { ContinuousClock.now - $0 < Self.settling } ?? false
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var pass: SealPass?
            var done: (key: KeyID, until: ContinuousClock.Instant)?
            var throttle = LogThrottle(interval: .minutes(5))
            let start = ContinuousClock.now
            while !Task.isCancelled {
                // What an earlier version stored is taken over first; it counts for nothing before.
                guard self.vault.isAdopting == false, let key = self.vault.addressKey else {
                    try? await Task.sleep(for: .seconds(1))
                    continue
                }
                if let done, done.key == key.id, .now < done.until {
                    try? await Task.sleep(for: .seconds(1))
                    continue
                }
                var current = pass.flatMap { $0.key == key.id ? $0 : nil } ?? SealPass(to: key)
                do {
                    let isMore = try await self.step(&current)
                    pass = isMore ? current : nil
                    guard !isMore else { continue }
                    done = (key.id, .now + self.wait(after: current))
                    self.tellEnd(of: current)
                } catch {
                    pass = current
                    if !Task.isCancelled, let unsaid = throttle.admit(at: .now - start) {
                        self.logger.error(
                            "seals: addresses could not be sealed again; trying again",
                            metadata: ["error": "\(error)", "since-last-line": "\(unsaid)"])
                    }
                    try? await Task.sleep(for: .seconds(5))
                }
            }
        }
    }

    private func wait(after pass: SealPass) -> Duration {
        if pass.isToRepeat { return Self.nextLook.whenMissed }
        return pass.standing.refused == 0 ? Self.nextLook.whenWhole : Self.nextLook.whenRefused
    }

    /// Looks at one page, and has sealed again what is to be.
    /// - Returns: whether there may be more.
    /// - Throws: what store and link throw. What was sealed by then stays so, and the page is looked at once more.
    package func step(_ pass: inout SealPass) async throws -> Bool {
        let after = pass.last
        let page = try await store.read {
            try $0.recipients.sealHeads(Seal.headLength, after: after, limit: Self.page)
        }
        guard let end = page.last else {
            pass.end()
            publish(pass)
            return false
        }
        for batch in pass.batches(in: page) {
            try Task.checkCancellation()
            let began = ContinuousClock.now
            try await reseal(batch, &pass)
            publish(pass)
            // At most half of the time; when letters make store and vault slow, they get the longer rest.
            try await Task.sleep(for: min(max(.now - began, Self.rest.shortest), Self.rest.longest))
        }
        pass.move(to: end.recipient)
        return true
    }

    private func reseal(_ batch: [RecipientID], _ pass: inout SealPass) async throws {
        let (people, unreadable) = try await store.read { try $0.recipients.readable(batch) }
        var refused = Dictionary(
            unreadable.map { ($0, SealStanding.Refused(recipient: "\($0)", why: "its row holds what Postern did not write")) }
        ) { first, _ in first }
        var resealed = 0
        if !people.isEmpty {
            let answer = try await vault.reseal(RecordsToReseal(people))
            guard answer.all.count == people.count else { throw AnswerOfAnotherLength() }
            var renewed: [(RecipientID, from: SealedRecord, to: SealedRecord)] = []
            for (person, answer) in zip(people, answer.all) {
                switch answer {
                case .resealed(let record):
                    if let former = person.record, former.version == record.version {
                        renewed.append((person.id, former, record))
                    }
                case .unchanged: break
                case .refused(let reason):
                    refused[person.id] = .init(recipient: "\(person.site)/\(person.handle)", why: reason.words)
                }
            }
            resealed = try await keep(renewed)
            if resealed < renewed.count { pass.noteMissed() }
        }
        if resealed > 0, pass.standing.resealed == 0 {
            logger.notice("seals: addresses are being sealed again", metadata: ["key": "\(pass.key)"])
        }
        pass.note(resealed: resealed, refused: refused)
    }

    /// - Returns: how many were still as the vault has seen them. The others have changed, and are looked at again.
    private func keep(_ renewed: [(RecipientID, from: SealedRecord, to: SealedRecord)]) async throws -> Int {
        guard !renewed.isEmpty else { return 0 }
        // Before it is written: anyone who asks meanwhile must not be told too much.
        state.withLock { $0.lastWrite = .now }
        let count = try await store.write { transaction in
            try renewed.reduce(0) { count, next in
                try transaction.recipients.reseal(next.0, from: next.from, as: next.to) ? count + 1 : count
            }
        }
        state.withLock { $0.lastWrite = .now }
        return count
    }

    private func publish(_ pass: SealPass) { state.withLock { $0.standing = pass.standing } }

    private func tellEnd(of pass: SealPass) {
        let (resealed, refused) = (pass.standing.resealed, pass.standing.refused)
        if resealed > 0 {
            logger.notice(
                "seals: every address that can be is sealed to the newest key; save the keys again (postern keys export-recovery)",
                metadata: ["key": "\(pass.key)", "resealed": "\(resealed)"])
        }
        if refused > 0 {
            logger.error(
                "seals: some addresses could not be sealed again; see postern keys status", metadata: ["count": "\(refused)"])
        }
    }
}

/// The vault answered for more or fewer records than it was asked about.
private struct AnswerOfAnotherLength: Error {}

extension Recipients {
    /// Those who have a record, and those whose rows cannot be read.
    fileprivate func readable(_ ids: [RecipientID]) throws -> ([Recipient], [RecipientID]) {
        var (people, unreadable) = ([Recipient](), [RecipientID]())
        for id in ids {
            do {
                if let person = try find(id), person.record != nil { people.append(person) }
            } catch StoreError.undecodable {
                unreadable.append(id)
            }
        }
        return (people, unreadable)
    }
}

extension ResealedRecord.Reason {
    /// For the operator; each begins after “site/handle: ”.
    fileprivate var words: String {
        switch self {
        case .notAuthorised: "the record is not authorised by this vault; give the address again, or erase the recipient"
        case .outdated: "the vault remembers a newer record: an old row or backup was put back; give the address again"
        case .erased: "the recipient was erased, and an old row or backup was put back; erase the recipient again"
        case .noKey: "the vault does not have the key of its seal; put the key back, or give the address again"
        case .noOwnSecret: "the recipient's own secret is lost; put the saved keys back, or give the address again"
        case .doesNotOpen: "the sealed address was changed and does not open; give the address again"
        }
    }
}
