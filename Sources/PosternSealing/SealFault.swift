/// Why a seal cannot be made or opened. The raw value is the class of failure that the seal files of the tests name,
/// and what `queue show` prints: it tells an operator where to look and holds nothing of what was sealed.
package enum SealFault: String, Error, Sendable, CaseIterable {
    /// Too short, no seal of ours, or longer than any we make.
    case malformed
    /// Made by a later version of the program.
    case unknownVersion = "unknown-version"
    case unknownSuite = "unknown-suite"
    /// A letter's seal where an address is due, and the like.
    case wrongPurpose = "wrong-purpose"
    /// No key of that id is there: destroyed with its epoch, never ours, or its file is missing.
    case unknownKey = "unknown-key"
    /// Changed, or moved from another row, site or version.
    case notAuthentic = "not-authentic"
    /// It opened, and what was inside is not what we put into seals.
    case badContent = "bad-content"
    /// The public key is no key of its suite.
    case badKey = "bad-key"
}
