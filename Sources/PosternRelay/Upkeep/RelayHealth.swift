package import PosternCore
package import PosternStore

/// Whether the relay could take a letter now: the store commits, the vault answers, there is room.
package struct RelayHealth: Sendable {
    private let store: any Database
    private let vault: VaultLink
    private let room: any Room
    private let now: @Sendable () -> Timestamp

    package enum Fault: String, Sendable, CaseIterable {
        case store, vault, disk
    }

    package init(store: any Database, vault: VaultLink, room: any Room, now: @escaping @Sendable () -> Timestamp) {
        (self.store, self.vault, self.room, self.now) = (store, vault, room, now)
    }

    /// Does a real write, and asks the vault a real question, both at once: neither waits for the other's silence.
    package func faults() async -> [Fault] {
        async let vaultAnswers = vault.renew()
        var faults: [Fault] = []
        do { try await store.write { [now] in try $0.writeProbe.touch(at: now()) } } catch { faults.append(.store) }
        let answers = await vaultAnswers
        if !answers || vault.lanes == 0 { faults.append(.vault) }
        if !room.hasRoom { faults.append(.disk) }
        return faults
    }
}
