/// Comparing secrets, and what follows from them.
package enum ConstantTime {
    /// Every byte is compared, wherever the first difference is: the time it takes does not tell how many bytes of a guess are right.
    package static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
