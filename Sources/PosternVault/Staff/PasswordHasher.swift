private import Crypto
private import CryptoExtras
private import Dispatch
private import FoundationEssentials
private import Synchronization

/// The cost parameters of scrypt (RFC 7914): N, r and p.
package struct ScryptCost: Equatable, Sendable {
    package let rounds: UInt32
    package let blockSize, parallelism: UInt16

    package init(rounds: UInt32, blockSize: UInt16, parallelism: UInt16) {
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// N = 2^17, r = 8, p = 1, which takes 128 MiB and about half a second.
    package static let standard = ScryptCost(rounds: 1 << 17, blockSize: 8, parallelism: 1)

    /// Whether the cost is within our limits, so that a stored record cannot make us use more memory than planned.
    var isBounded: Bool {
        rounds.nonzeroBitCount == 1 && rounds > 1 && rounds <= 1 << 17 && (1...8).contains(blockSize) && parallelism == 1
    }
}

/// Hashes passwords with scrypt on its own threads, at most two at a time, since each takes 128 MiB.
package final class PasswordHasher: Sendable {
    package enum Fault: Error, Equatable, Sendable {
        /// More requests are queued than can be served soon.
        case busy
        case badCost
    }

    /// Blocks. Gives nothing when it cannot be done.
    package typealias Function = @Sendable (_ password: [UInt8], _ salt: [UInt8], ScryptCost) -> [UInt8]

    package static let length = 32
    /// How many requests may be queued. The last of them waits a few seconds.
    package static let mostWaiting = 12
    private let function: Function
    private let queues = [DispatchQueue(label: "postern.vault.scrypt.1"), DispatchQueue(label: "postern.vault.scrypt.2")]
    /// How many requests are queued or running on each of the two threads.
    private let waiting = Mutex([0, 0])

    package init(function: @escaping Function = { scrypt($0, salt: $1, cost: $2) }) {
        self.function = function
    }

    package func hash(_ password: String, salt: [UInt8], cost: ScryptCost) async throws(Fault) -> [UInt8] {
        guard cost.isBounded else { throw .badCost }
        let place = waiting.withLock { waiting -> Int? in
            let place = waiting[0] <= waiting[1] ? 0 : 1
            guard waiting[0] + waiting[1] < Self.mostWaiting else { return nil }
            waiting[place] += 1
            return place
        }
        guard let place else { throw .busy }
        let bytes = Array(password.utf8)
        let hash: [UInt8] = await withCheckedContinuation { continuation in
            queues[place].async {
                let hash = self.function(bytes, salt, cost)
                self.waiting.withLock { $0[place] -= 1 }
                continuation.resume(returning: hash)
            }
        }
        guard hash.count == Self.length else { throw .badCost }
        return hash
    }

    /// Blocks the thread. The result is empty if scrypt fails.
    package static func scrypt(_ password: [UInt8], salt: [UInt8], cost: ScryptCost, length: Int = length) -> [UInt8] {
        let key = try? KDF.Scrypt.deriveKey(
            from: password, salt: salt, outputByteCount: length, rounds: Int(cost.rounds), blockSize: Int(cost.blockSize),
            parallelism: Int(cost.parallelism))
        return key?.withUnsafeBytes { Array($0) } ?? []
    }
}
