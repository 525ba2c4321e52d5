package import PosternCore

/// What a text has in common with others that are nearly the same: for each of some ways to order pairs of neighbouring words, which
/// pair comes first (MinHash: Broder, "On the resemblance and containment of documents", 1997). Two texts agree in one place as often
/// as they share pairs of words.
///
/// Never kept: it would say which words a letter has. What is kept are keyed digests of it, `DatedSketch`.
package struct TextSketch: Equatable, Sendable {
    /// Two places make a band, and two texts are near each other when enough bands agree. With twelve bands and three that must
    /// agree, texts that share seven of ten pairs are found 98 times in 100, and texts that share one in ten, 2 times in 10,000.
    static let (bands, enough) = (12, 3)

    /// Fewer words are everybody's: "I like your photo. May I print it?"
    package static let fewestWords = 12

    let places: [UInt64]

    /// - Parameter text: as it is compared with blocks: nothing that only looks different is different.
    /// - Returns: nil for a text with too few words.
    package init?(_ text: FoldedText) {
        let words = Self.words(of: text.bytes)
        guard words.count >= Self.fewestWords else { return nil }
        let pairs = zip(words, words.dropFirst()).map { Self.mixed($0 &* 0x9E37_79B9_7F4A_7C15 ^ $1) }
        // An odd factor and an addend make another order of all numbers of each. One order after the other, so that all that the loop
        // needs stays in registers.
        places = Self.orders.map { order in
            pairs.withUnsafeBufferPointer { pairs in
                var least = UInt64.max
                for pair in pairs {
                    let rank = (pair ^ order.addend) &* order.factor
                    least = min(least, rank ^ rank >> 32)
                }
                return least
            }
        }
    }

    private static let orders: [(addend: UInt64, factor: UInt64)] = (0..<UInt64(bands * 2)).map {
        (mixed($0 &* 2 &+ 1), mixed($0 &* 2 &+ 2) | 1)
    }

    /// The finaliser of MurmurHash3: each bit of the answer hangs on each bit given.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ value >> 33) &* 0xFF51_AFD7_ED55_8CCD
        value = (value ^ value >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return value ^ value >> 33
    }

    /// A number for each word. Digits are all alike: a price or a date is what changes from one copy to the next. Where a script puts
    /// no spaces between words, each character counts as one.
    private static func words(of bytes: [UInt8]) -> [UInt64] {
        var words: [UInt64] = []
        words.reserveCapacity(bytes.count / 5)
        // FNV-1a.
        let start: UInt64 = 0xCBF2_9CE4_8422_2325
        var (word, isOpen, wasDigit) = (start, false, false)
        func end() {
            if isOpen { words.append(word) }
            (word, isOpen, wasDigit) = (start, false, false)
        }
        func add(_ byte: UInt8) {
            word = (word ^ UInt64(byte)) &* 0x100_0000_01B3
            isOpen = true
        }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 0x30...0x39:
                if !wasDigit { add(0x30) }
                wasDigit = true
            case 0x61...0x7A:
                wasDigit = false
                add(byte)
            case 0..<0x80: end()
            // Thai, Lao and their neighbours; what lies between the Chinese radicals and the last Korean syllable; the planes beyond.
            case 0xE0 where index + 1 < bytes.count && (0xB8...0xBB).contains(bytes[index + 1]), 0xE3...0xED, 0xF0...0xF4:
                end()
                let length = byte >= 0xF0 ? 4 : 3
                for byte in bytes[index..<min(index + length, bytes.count)] { add(byte) }
                end()
                index += length - 1
            default:
                wasDigit = false
                add(byte)
            }
            index += 1
        }
        end()
        return words
    }
}
