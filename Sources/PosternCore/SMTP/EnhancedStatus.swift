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
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var numbers: [Int] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(part)
            else { return nil }
            numbers.append(number)
        }
        guard [2, 4, 5].contains(numbers[0]) else { return nil }
        self.init(numbers[0], numbers[1], numbers[2])
    }

    package var description: String { "\(rank).\(subject).\(detail)" }
}
