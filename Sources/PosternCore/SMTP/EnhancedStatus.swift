/// The enhanced status code at the beginning of a reply's text: `5.1.1` (RFC 3463 §2, RFC 2034 §4).
package struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    package let rank: Int
    /// 1 addressing, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 security or policy.
    package let subject: Int
    package let detail: Int

    package init(_ rank: Int, _ subject: Int, _ detail: Int) {
        (self.rank, self.subject, self.detail) = (rank, subject, detail)
    }

    /// Nil unless the whole word is one: a version number or an address that begins alike is not.
    package init?(_ word: some StringProtocol) {
        // Each stop moves the numbers one place to the front.
        var numbers = (0, 0, 0)
        var (place, digits) = (0, 0)
        for octet in word.utf8 {
            switch octet {
            case 0x30...0x39 where digits < 3:
                digits += 1
                numbers.2 = numbers.2 * 10 + Int(octet - 0x30)
            case 0x2E where digits > 0 && place < 2:
                (place, digits) = (place + 1, 0)
                numbers = (numbers.1, numbers.2, 0)
            default: return nil
            }
        }
        guard place == 2, digits > 0, [2, 4, 5].contains(numbers.0) else { return nil }
        self.init(numbers.0, numbers.1, numbers.2)
    }

    package var description: String { "\(rank).\(subject).\(detail)" }
}
