package import PosternCore
internal import PosternJournal
package import PosternLink
internal import PosternSealing

/// `keys rotate` and `keys retire`: the operator has the vault make the next address key, and destroy those that no record needs any more.
///
/// The journal has the entry first: a crash leaves one about a key that was never used, and no key that nobody wrote of.
package struct AddressKeyChange: Sendable {
    private let ring: KeyRing
    private let journal: Journal
    private let now: @Sendable () -> Timestamp

    package init(ring: KeyRing, journal: Journal, now: @escaping @Sendable () -> Timestamp) {
        self.ring = ring
        self.journal = journal
        self.now = now
    }

    /// It is on disk, and everything new is sealed to it, when this returns. The former keys open what was sealed before.
    /// - Throws: `LinkRefusal`; why it cannot be written.
    package func rotate() async throws -> KeyReport {
        guard let present = ring.address else {
            throw LinkRefusal(
                .denied,
                "the vault has no address key that another could follow; see postern doctor. Put the saved keys back (postern keys "
                    + "import-recovery FOLDER)")
        }
        let key = try ring.nextAddress(present.suite, at: now())
        try await record([Self.name(key)]) { .keysMade($0) }
        try await blocking("postern.vault.keys") { [ring] in try ring.add(key) }
        return ring.report
    }

    /// All of them or none. What is sealed to them opens no more.
    /// - Parameter retirement: keys that the operator's command has found unused in the store.
    /// - Throws: `LinkRefusal` (denied) for the key that is in use, or one that is not there; why one cannot be destroyed.
    package func retire(_ retirement: KeyRetirement) async throws -> KeyReport {
        let former = ring.formerAddresses
        let keys = try retirement.ids.map { id in
            guard let key = former.first(where: { $0.key.id.description == id }) else {
                throw LinkRefusal(.denied, "\(id) is no former address key of this vault; nothing was destroyed")
            }
            return key
        }
        guard !keys.isEmpty else { return ring.report }
        try await record(keys.map(Self.name)) { .keysDestroyed($0) }
        try await blocking("postern.vault.keys") { [ring] in
            for key in keys { try ring.destroy(key) }
        }
        return ring.report
    }

    private static func name(_ held: HeldKey) -> String { "\(held.key.kind.name)-\(held.key.id)" }

    private func record(_ names: [String], _ event: ([String]) -> JournalEvent) async throws {
        do {
            try await journal.record(Journal.Record.ofKeys(names, by: .operator, event))
        } catch let fault as JournalFault {
            throw LinkRefusal(.unavailable, "\(fault)")
        }
    }
}
