package import PosternCore
private import PosternSealing
package import PosternStore
private import Synchronization

/// Whether the relay can take a letter now. One value for everybody who asks: `/ready`, the staff page, metrics, and `postern
/// doctor` over the control socket.
package struct Readiness: Codable, Equatable, Sendable {
    /// A part that does not work, from the worst to the least. The raw value is the name in `/ready`.
    package enum Fault: String, Codable, CaseIterable, Sendable {
        /// The check itself has not come back.
        case check
        case store
        case disk
        case vault
        /// The vault answers and has no key of today.
        case keys

        /// One sentence. It is shown on an open page: no path, no address, no secret.
        package var reason: String {
            switch self {
            case .check: "The check has not come back within \(ReadinessMonitor.timeout.components.seconds) seconds."
            case .store: "The store takes no letters."
            case .disk: "The disk of the store is nearly full."
            case .vault: "The vault does not answer."
            case .keys: "There is no key of today to seal letters with."
            }
        }

        /// What the operator can do.
        package var remedy: String {
            switch self {
            case .check: "Look for a disk that hangs or a machine without memory; then restart the service."
            case .store: "The relay's log says why, most often a full or failing disk. Fix that, and restart the service."
            case .disk: "Make room on the disk of the store. Letters are taken again at once."
            case .vault: "The service's log says why the vault ended or hangs. Make sure that relay and vault are of one version."
            case .keys: "Check this machine's clock, and read the vault's log; then restart the service."
            }
        }
    }

    /// Worst first; empty when all is well.
    package let faults: [Fault]

    package init(_ faults: Set<Fault> = []) {
        self.faults = Fault.allCases.filter(faults.contains)
    }

    package var isReady: Bool { faults.isEmpty }
}

package protocol ReadinessSource: Sendable {
    func readiness() async -> Readiness
}

/// Whether the store takes writes: does a real one. One that went well counts for five seconds, so that a relay with nothing to do
/// syncs its disk no more often.
package final class StoreProbe: Sendable {
    private let store: any Database
    private let now: @Sendable () -> Timestamp
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    private static let lifetime = Duration.seconds(5)

    /// - Parameter clock: only goes forward.
    package init(
        store: any Database, now: @escaping @Sendable () -> Timestamp, clock: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.store = store
        self.now = now
        self.clock = clock
    }

    package func takesWrites() async -> Bool {
        let moment = clock()
        // A letter's write may have failed since.
        if store.health == .well, let last = last.withLock({ $0 }), moment - last < Self.lifetime { return true }
        do {
            try await store.write { [now] in try $0.writeProbe.touch(at: now()) }
            last.withLock { $0 = moment }
            return true
        } catch {
            last.withLock { $0 = nil }
            return false
        }
    }
}

/// Finds out: does a real write, and asks the vault a real question.
package struct ReadinessProbe: Sendable {
    private let store: StoreProbe
    private let vault: VaultLink
    private let diskSpace: any DiskSpace
    private let now: @Sendable () -> Timestamp

    package init(store: StoreProbe, vault: VaultLink, diskSpace: any DiskSpace, now: @escaping @Sendable () -> Timestamp) {
        self.store = store
        self.vault = vault
        self.diskSpace = diskSpace
        self.now = now
    }

    /// May take as long as the store and the vault do.
    package func check() async -> Readiness {
        // Both at once, so that neither waits for the silence of the other.
        async let vaultAnswers = vault.renew()
        var faults: Set<Readiness.Fault> = []
        if await !store.takesWrites() { faults.insert(.store) }
        if !diskSpace.isSufficient { faults.insert(.disk) }
        let answers = await vaultAnswers
        if !answers || vault.lanes == 0 {
            faults.insert(.vault)
        } else if vault.key(.letter, of: Epoch(containing: now())) == nil {
            faults.insert(.keys)
        }
        return Readiness(faults)
    }
}
