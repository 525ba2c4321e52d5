package import PosternCore

/// Where a seal belongs. All of this is authenticated with the seal, as associated data: a seal that was moved to another row,
/// site, recipient or version does not open.
package struct SealContext: Hashable, Sendable {
    package let purpose: SealPurpose
    package let site: SiteID
    /// The row: a recipient for addresses, else the submission.
    package let record: [UInt8]
    /// The recipient of a letter, so that it cannot be redirected to another.
    package let owner: [UInt8]
    package let version: Int32

    package static func address(of recipient: RecipientID, at site: SiteID, version: Int32) -> SealContext {
        SealContext(purpose: .address, site: site, record: recipient.bytes, owner: recipient.bytes, version: version)
    }

    package static func letter(_ letter: LetterID, to recipient: RecipientID, at site: SiteID) -> SealContext {
        SealContext(purpose: .letter, site: site, record: letter.bytes, owner: recipient.bytes, version: 1)
    }

    package static func evidence(of submission: LetterID, at site: SiteID) -> SealContext {
        SealContext(purpose: .evidence, site: site, record: submission.bytes, owner: [], version: 1)
    }

    /// Purpose, format version, key id, site, record, owner and record version, each with its length.
    package func associatedData(key: KeyID) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write("postern seal")
        writer.write(purpose.rawValue)
        writer.write(Seal.formatVersion)
        writer.write(key.bytes)
        writer.write(site.text)
        writer.write(record)
        writer.write(owner)
        writer.write(version)
        return writer.bytes
    }
}
