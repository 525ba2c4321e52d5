/// Signs checkpoints with one of the vault's keys, and keeps that key to itself.
package struct JournalSigner: Sendable {
    package let publicKey: [UInt8]
    /// Ed25519 (RFC 8032).
    let signature: @Sendable ([UInt8]) throws -> [UInt8]
}
