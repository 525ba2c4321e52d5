/// A 128-bit identifier: 48 bits of milliseconds, then 80 random bits. So new rows go to the end of an index, and nobody can
/// guess an id.
///
/// Written as 26 characters of Crockford's base 32 in lower case (no i, l, o, u). `Kind` keeps the ids of
/// letters and recipients apart at compile time.
package struct Identifier<Kind>: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    package init(at moment: Timestamp, using randomness: inout some RandomNumberGenerator) {
        let time = UInt64(clamping: moment.milliseconds) & 0xFFFF_FFFF_FFFF
        high = time << 16 | UInt64(randomness.next() as UInt16)
        low = randomness.next()
    }

    /// Made earlier, or at the same moment and of lower random bits: the order in which a store lists them.
    package func isBefore(_ other: Self) -> Bool { (high, low) < (other.high, other.low) }

    /// The moment it was made.
    package var moment: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }

    /// The sixteen bytes, most significant first. Nil unless there are exactly sixteen.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for byte in bytes {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }
        self.init(high: high, low: low)
    }

    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { bytes, count in
            for place in 0..<8 {
                bytes[place] = UInt8(truncatingIfNeeded: high >> UInt64(56 - place * 8))
                bytes[place + 8] = UInt8(truncatingIfNeeded: low >> UInt64(56 - place * 8))
            }
            count = 16
        }
    }
}

extension Identifier: CustomStringConvertible, LosslessStringConvertible {
    package var description: String {
        // 130 bits make 26 characters; the two bits above the value are zero.
        String(unsafeUninitializedCapacity: 26) { text in
            for index in 0..<26 { text[index] = Base32.alphabet[Int(fiveBits(from: 125 - index * 5))] }
            return 26
        }
    }

    package init?(_ text: String) {
        guard text.utf8.count == 26 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for (index, octet) in text.utf8.enumerated() {
            let value = Base32.values[Int(octet)]
            guard value < (index > 0 ? 32 : 8) else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(value)
        }
        self.init(high: high, low: low)
    }

    private func fiveBits(from position: Int) -> UInt64 {
        switch position {
        case 64...: (high >> UInt64(position - 64)) & 31
        case 60..<64: ((low >> UInt64(position)) | (high << UInt64(64 - position))) & 31
        default: (low >> UInt64(position)) & 31
        }
    }
}

/// Crockford's base 32, in lower case.
enum Base32 {
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    /// The value of each octet; `.max` for those that are not digits.
    static let values = alphabet.enumerated().reduce(into: [UInt8](repeating: .max, count: 256)) { values, digit in
        values[Int(digit.element)] = UInt8(digit.offset)
    }
}

package enum LetterKind {}
package enum RecipientKind {}
package enum OperationKind {}
package enum AddressChangeKind {}
package enum SiteTokenKind {}
package enum ReportKind {}

/// Identifies a submission, its letter and that letter's delivery: one id for all three.
package typealias LetterID = Identifier<LetterKind>
package typealias RecipientID = Identifier<RecipientKind>
/// Names one operation in the trace of what people and programs have changed.
package typealias OperationID = Identifier<OperationKind>
/// Names one wish to change a recipient's address. The vault makes it: see `MemberCodes`.
package typealias AddressChangeID = Identifier<AddressChangeKind>
package typealias SiteTokenID = Identifier<SiteTokenKind>
/// Identifies what a recipient reported.
package typealias ReportID = Identifier<ReportKind>
