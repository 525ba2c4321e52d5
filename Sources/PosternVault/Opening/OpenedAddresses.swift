internal import PosternCore
internal import PosternSealing
private import Synchronization

/// Addresses opened a moment ago, so that many letters to one recipient cost one decapsulation (a fifth of the vault's time
/// under load, by perf) and not one each.
///
/// Whoever can read this memory can read the key that opens them all, so that nothing is given away; still it is bounded
/// and short, lest a vault come to hold a list of its members. An entry is found by every byte of its seal and of its
/// place: another record is another entry. Whether the record is vouched for is asked for each letter before this is.
final class OpenedAddresses: Sendable {
    fileprivate struct Name: Hashable {
        let seal: [UInt8]
        let context: SealContext

        /// The last 16 bytes authenticate the cipher text and hardly ever are those of another seal: a kilobyte need not be hashed.
        func hash(into hasher: inout Hasher) {
            hasher.combine(seal.suffix(16))
        }
    }

    fileprivate struct State {
        var addresses: [Name: EmailAddress] = [:]
        var began = ContinuousClock.now
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

    /// What is older than a minute, when nobody looks up anything.
    func forgetOld() {
        state.withLock { $0.expire() }
    }

    func forget() {
        state.withLock { $0.addresses = [:] }
    }
}

extension OpenedAddresses.State {
    /// All go at once, at the end of a minute or when they have become many: no entry needs a clock of its own.
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
