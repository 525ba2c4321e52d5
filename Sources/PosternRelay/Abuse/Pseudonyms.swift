internal import Crypto
package import PosternCore
private import Synchronization

/// Turns client addresses, senders and texts into keyed digests under the keys of the day. The relay holds those keys for today
/// and tomorrow only, and only in memory. Without the vault nobody can turn a digest back or match it with another day's.
package final class Pseudonyms: Sendable {
    /// The tag key of a day, if it is known.
    private let key: @Sendable (Epoch) -> [UInt8]?
    /// The keys of two days as they were taken in last: each submission asks for them.
    private let hmacs = Mutex<[Epoch: (key: [UInt8], digest: DayPseudonyms.DayHMAC)]>([:])

    package init(key: @escaping @Sendable (Epoch) -> [UInt8]?) {
        self.key = key
    }

    /// - Parameter withTomorrow: whether anything will be remembered over midnight, which needs tomorrow's key as well.
    /// - Returns: nil while the key of that day is not known. Nothing can be sealed then either.
    package func day(_ epoch: Epoch, withTomorrow: Bool = true) -> DayPseudonyms? {
        guard let today = keyed(epoch) else { return nil }
        return DayPseudonyms(today: today, tomorrow: withTomorrow ? keyed(epoch.next) : nil)
    }

    private func keyed(_ epoch: Epoch) -> DayPseudonyms.DayHMAC? {
        guard let key = key(epoch) else { return nil }
        return hmacs.withLock { keyed in
            if let known = keyed[epoch], known.key == key { return known.digest }
            let digest = DayPseudonyms.DayHMAC(key: key)
            if keyed.count > 1 { keyed = keyed.filter { abs($0.key.day - epoch.day) <= 1 } }
            keyed[epoch] = (key, digest)
            return digest
        }
    }
}

/// The digests of one day.
package struct DayPseudonyms: Sendable {
    let today: DayHMAC
    /// For limits and repeated posts, which are remembered after midnight; nil while that key is not known.
    let tomorrow: DayHMAC?

    /// The client's tag and those of its networks, narrowest first.
    package func tags(of client: ClientAddress) -> [Tag] {
        client.prefixes.map { Tag(value: today.digest("postern tag", $0.length, $0.bytes).high) }
    }

    /// An HMAC that has taken in the key and nothing else. Taking it in costs as much as the digest itself, so that one serves
    /// every digest of a submission.
    struct DayHMAC: Sendable {
        private let hmac: HMAC<SHA256>

        init(key: [UInt8]) { hmac = HMAC(key: SymmetricKey(data: key)) }

        /// One for each band of the sketch.
        func digests(of sketch: TextSketch) -> [UInt32] {
            // For what a letter has many of.
            let short = SipHash(key: Self.digest("postern sketch", 0, [], hmac))
            return (0..<sketch.places.count / 2).map { band in
                UInt32(
                    truncatingIfNeeded: short.digest(
                        UInt64(band), sketch.places[band * 2], sketch.places[band * 2 + 1]))
            }
        }

        /// All 32 bytes.
        func code(_ use: StaticString, _ kind: UInt8, _ value: [UInt8]) -> [UInt8] {
            Self.mac(use, kind, value, hmac).withUnsafeBytes(Array.init)
        }

        private static func mac(
            _ use: StaticString, _ kind: UInt8, _ value: [UInt8], _ hmac: HMAC<SHA256>
        ) -> HMAC<SHA256>.MAC {
            var (hmac, bytes) = (hmac, [UInt8]())
            bytes.reserveCapacity(use.utf8CodeUnitCount + 1 + value.count)
            use.withUTF8Buffer { bytes += $0 }
            bytes.append(kind)
            bytes += value
            // In one piece: each further one costs as much as the digest of a short value.
            hmac.update(data: bytes)
            return hmac.finalize()
        }

        func digest(_ use: StaticString, _ kind: UInt8, _ value: [UInt8]) -> (high: UInt64, low: UInt64) {
            Self.digest(use, kind, value, hmac)
        }

        private static func digest(
            _ use: StaticString, _ kind: UInt8, _ value: [UInt8], _ hmac: HMAC<SHA256>
        ) -> (high: UInt64, low: UInt64) {
            mac(use, kind, value, hmac).withUnsafeBytes { bytes in
                (
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
        }
    }
}
