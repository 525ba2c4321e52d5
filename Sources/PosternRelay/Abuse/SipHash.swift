/// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a keyed digest of 64 bits. Without the key nobody can
/// tell what a digest is of. An HMAC says the same of a short value at fifty times the price, and a letter's sketch has two dozen.
package struct SipHash: Sendable {
    private let key: (UInt64, UInt64)

    package init(key: (UInt64, UInt64)) {
        self.key = key
    }

    /// Of 24 bytes, given as the three numbers that they are to a little-endian machine.
    package func digest(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> UInt64 {
        var (a, b) = (key.0 ^ 0x736f_6d65_7073_6575, key.1 ^ 0x646f_7261_6e64_6f6d)
        var (c, d) = (key.0 ^ 0x6c79_6765_6e65_7261, key.1 ^ 0x7465_6462_7974_6573)
        func round() {
            a &+= b
            c &+= d
            b = b << 13 | b >> 51
            d = d << 16 | d >> 48
            b ^= a
            d ^= c
            a = a << 32 | a >> 32
            c &+= b
            a &+= d
            b = b << 17 | b >> 47
            d = d << 21 | d >> 43
            b ^= c
            d ^= a
            c = c << 32 | c >> 32
        }
        func take(_ word: UInt64) {
            d ^= word
            round()
            round()
            a ^= word
        }
        take(first)
        take(second)
        take(third)
        // The length in bytes, at the top of a word that has nothing else: 24 bytes leave no rest.
        take(24 << 56)
        c ^= 0xFF
        for _ in 0..<4 { round() }
        return a ^ b ^ c ^ d
    }
}
