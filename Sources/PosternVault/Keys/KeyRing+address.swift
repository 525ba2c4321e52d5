internal import PosternCore
package import PosternSealing

/// The keys that addresses are sealed to: the newest, and former ones, which open what was sealed before.
extension KeyRing {
    /// The key that new addresses are sealed to.
    package var address: SealingKey? { newestAddress?.key.sealing }

    /// Of several, the one that was made last, so that every process agrees; of those that do not say when, the first in the order of
    /// ids.
    private var newestAddress: HeldKey? { addresses.max { Self.isOlder($0, $1) } }

    private var addresses: [HeldKey] { all.filter { $0.key.kind == .opening(.address) } }

    private static func isOlder(_ one: HeldKey, _ other: HeldKey) -> Bool {
        let (made, otherMade) = (one.key.made?.milliseconds ?? 0, other.key.made?.milliseconds ?? 0)
        return made == otherMade ? one.key.id.description > other.key.id.description : made < otherMade
    }

    /// Those that nothing new is sealed to.
    package var formerAddresses: [HeldKey] {
        let newest = newestAddress?.key.id
        return addresses.filter { $0.key.id != newest }.sorted { $0.key.id.description < $1.key.id.description }
    }

    /// A key that is newer than all address keys there are, whatever the clock says. It is in use once it was added.
    func nextAddress(_ suite: Suite, at now: Timestamp) throws -> HeldKey {
        let last = addresses.compactMap { $0.key.made?.milliseconds }.max() ?? 0
        // To the second, as the file says it.
        let made = Timestamp(seconds: max(now.milliseconds / 1_000, last / 1_000 + 1))
        return HeldKey(try VaultKey(generating: .opening(.address), suite: suite, epoch: nil, made: made))
    }
}
