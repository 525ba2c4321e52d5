/// Cheap randomness for rows that are never opened: SplitMix64 (Steele, Lea, Flood 2014), and bytes cut from one mebibyte of
/// it. The system's generator would take most of the time that is to be measured. It is predictable, so nothing but
/// measurements may use it.
struct Noise: RandomNumberGenerator, Sendable {
    private static let poolBytes = 1_048_576
    private var state: UInt64
    private var pool: [UInt8] = []

    init(seed: UInt64) {
        state = seed
        pool.reserveCapacity(Self.poolBytes)
        while pool.count < Self.poolBytes { withUnsafeBytes(of: next()) { pool += $0 } }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Continues with other numbers from the same pool: two writers must not draw the same ids.
    mutating func reseed(_ seed: UInt64) {
        // Consecutive seeds would draw each other's numbers one step later.
        state = seed &* 0xD6E8_FEB8_6659_FD93
        state = next()
    }

    /// - Precondition: at most a mebibyte.
    mutating func bytes(_ count: Int) -> [UInt8] {
        precondition(count <= Self.poolBytes, "one piece of noise is at most a mebibyte")
        let start = Int.random(in: 0...(Self.poolBytes - count), using: &self)
        return Array(pool[start..<(start + count)])
    }
}
