private import Crypto
package import PosternCore
private import Synchronization

/// The challenges that passkeys sign. Each is random, authenticated by this process, valid for a few minutes, and accepted once.
/// The key lives in this process only, so that no challenge outlives the list of those that were used.
package final class StaffChallenges: Sendable {
    package static let lifetime = Duration.minutes(10)
    private static let most = 65_536
    private let key = SymmetricKey(size: .bits256)
    /// The challenges that were used, and when they were made.
    private let used = Mutex<[[UInt8]: Timestamp]>([:])

    package init() {}

    /// - Parameter matter: what the challenge is bound to; it is then accepted for nothing else.
    package func new(about matter: [UInt8] = [], at now: Timestamp) -> [UInt8] {
        var writer = ByteWriter(capacity: 40)
        writer.writeRaw(SecretBytes.random(count: 16).withBytes { Array($0) })
        writer.write(now.milliseconds)
        return writer.bytes + code(of: writer.bytes, matter)
    }

    /// - Returns: whether we issued it for this matter, and it has neither expired nor been used.
    package func spend(_ challenge: [UInt8], about matter: [UInt8] = [], at now: Timestamp) -> Bool {
        guard challenge.count == 40,
            ConstantTime.isEqual(code(of: Array(challenge[..<24]), matter), Array(challenge[24...]))
        else { return false }
        let moment = Timestamp(milliseconds: challenge[16..<24].reduce(Int64(0)) { $0 << 8 | Int64($1) })
        let age = now.since(moment)
        guard age <= Self.lifetime, age >= .minutes(-1) else { return false }
        return used.withLock { used in
            if used.count >= 1_024 { used = used.filter { now.since($0.value) <= Self.lifetime } }
            guard used.count < Self.most, used[challenge] == nil else { return false }
            used[challenge] = moment
            return true
        }
    }

    /// `bytes` has a fixed length, so that no other pair of arguments gives the same concatenation.
    private func code(of bytes: [UInt8], _ matter: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes + matter, using: key).prefix(16))
    }
}
