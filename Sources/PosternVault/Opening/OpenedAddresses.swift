internal import PosternCore
internal import PosternSealing
private import Synchronization

/// Addresses opened a moment ago, so that many letters to one recipient cost one decapsulation (a fifth of the vault's time
/// under load, by perf) and not one each.
///
/// Anyone who can read this memory can also read the key that opens all addresses, so this gives nothing away. It is small and
/// short-lived all the same: a vault must not build up a list of all recipients. An entry is found by every byte of its seal
/// and its context: another record is another entry. The record's authorisation is checked for each letter before this is asked.
final class OpenedAddresses: Sendable {
    fileprivate struct Name: Hashable {
        let seal: [UInt8]
        let context: SealContext

        /// The last 16 bytes authenticate the cipher text and hardly ever equal those of another seal: no need to hash a kilobyte.
        func hash(into hasher: inout Hasher) {
            hasher.combine(seal.suffix(16))
        }
    }

    fileprivate struct State {
        var addresses: [Name: EmailAddress] = [:]
        var began = ContinuousClock.now
        /// Own secrets, when they were last counted.
        var destroyed = 0
    }

    fileprivate static let capacity = 1_024
    fileprivate static let lifetime = Duration.seconds(60)
    private let state = Mutex(State())

    func address(
        in seal: [UInt8], context: SealContext, opening open: () throws -> EmailAddress
    ) rethrows -> EmailAddress {
        let name = Name(seal: seal, context: context)
        if let known = state.withLock({ $0.known(name) }) { return known }
        let address = try open()
        state.withLock { $0.addresses[name] = address }
        return address
    }

    /// Drops what is older than a minute, also when nobody looks anything up, and everything when an own secret was destroyed: an entry
    /// does not say whose it is.
    func forgetOld(destroyed: Int) {
        state.withLock { state in
            if state.destroyed != destroyed { state.addresses = [:] }
            state.destroyed = destroyed
            state.expire()
        }
    }

    var count: Int { state.withLock { $0.addresses.count } }

    func forget() {
        state.withLock { $0.addresses = [:] }
    }
}

extension OpenedAddresses.State {
    /// All go at once, after a minute or when there are many: no entry needs a clock of its own.
    fileprivate mutating func known(_ name: OpenedAddresses.Name) -> EmailAddress? {
        expire()
        return addresses[name]
    }

    fileprivate mutating func expire() {
        let now = ContinuousClock.now
        if addresses.count >= OpenedAddresses.capacity || now - began > OpenedAddresses.lifetime {
            (addresses, began) = ([:], now)
        }
    }
}
