/// Why a seal cannot be made or opened. The raw value names the class of failure in the tests' seal files and in `queue show`:
/// it tells an operator where to look, and nothing of what was sealed.
package enum SealFault: String, Error, Sendable, CaseIterable {
    /// Too short, not a seal of ours, or longer than any we make.
    case malformed
    /// Made by a later version of the program.
    case unknownVersion = "unknown-version"
    case unknownSuite = "unknown-suite"
    /// For example a letter's seal where an address belongs.
    case wrongPurpose = "wrong-purpose"
    /// There is no key of that id: it was destroyed with its epoch, was never ours, or its file is missing.
    case unknownKey = "unknown-key"
    /// The own secret of whom the address belongs to is not there: it was destroyed when they were erased, or is lost.
    case noOwnSecret = "no-own-secret"
    /// Changed, or moved from another row, site or version.
    case notAuthentic = "not-authentic"
    /// It opened, but its content is not what we put into seals.
    case badContent = "bad-content"
    /// The public key is not a key of its suite.
    case badKey = "bad-key"
}
