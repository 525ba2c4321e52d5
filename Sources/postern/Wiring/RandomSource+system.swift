private import Glibc
internal import PosternCore
private import Synchronization

extension RandomSource {
    /// The system's generator, which is fit for keys and tokens. A letter takes a dozen numbers, and each call of the system costs
    /// more than all of them: 32 numbers are fetched at a time.
    static let system: RandomSource = {
        let pool = RandomPool()
        return RandomSource { pool.next() }
    }()
}

/// Numbers from getentropy(3) that nobody has taken yet. Each is given out once.
private final class RandomPool: Sendable {
    /// 256 bytes, as much as one call gives.
    private static let capacity = 32

    private let numbers = Mutex<[UInt64]>([])

    func next() -> UInt64 {
        numbers.withLock { numbers in
            if numbers.isEmpty { numbers = Self.fetched() }
            return numbers.popLast() ?? Self.one()
        }
    }

    /// - Returns: none where the system gives none.
    private static func fetched() -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: capacity) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = getentropy(start, capacity * MemoryLayout<UInt64>.size) == 0 ? capacity : 0
        }
    }

    private static func one() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
