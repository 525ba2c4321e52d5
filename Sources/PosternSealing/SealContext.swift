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
    /// The recipient's public name in a letter's seal: an id alone could be given to somebody else's row.
    package let handle: Handle?
    package let version: Int32

    package static func address(of recipient: RecipientID, at site: SiteID, version: Int32) -> SealContext {
        SealContext(purpose: .address, site: site, record: recipient.bytes, owner: recipient.bytes, handle: nil, version: version)
    }

    package static func letter(
        _ letter: LetterID, to recipient: RecipientID, _ handle: Handle, at site: SiteID
    ) -> SealContext {
        SealContext(purpose: .letter, site: site, record: letter.bytes, owner: recipient.bytes, handle: handle, version: 1)
    }

    /// Bound to the letter that began the conversation: the store cannot have a reply sent to somebody else's visitor.
    package static func reply(
        _ reply: LetterID, by author: Party, in conversation: LetterID, with recipient: RecipientID, _ handle: Handle,
        at site: SiteID
    ) -> SealContext {
        SealContext(
            purpose: .letter, site: site, record: reply.bytes,
            owner: recipient.bytes + conversation.bytes + Array(author.rawValue.utf8), handle: handle, version: 1)
    }

    package static func evidence(of submission: LetterID, at site: SiteID) -> SealContext {
        SealContext(purpose: .evidence, site: site, record: submission.bytes, owner: [], handle: nil, version: 1)
    }

    /// A letter that was reported, with the conversation that it began.
    package static func report(
        _ report: ReportID, of letter: LetterID, to recipient: RecipientID, _ handle: Handle, at site: SiteID
    ) -> SealContext {
        SealContext(
            purpose: .report, site: site, record: report.bytes, owner: recipient.bytes + letter.bytes, handle: handle, version: 1)
    }

    /// Purpose, format version, key id, site, record, owner, record version and handle, each with its length.
    /// - Parameter format: of the seal. Format 1 has no handle. Letters of that format open until their epoch is over.
    package func associatedData(key: KeyID, format: UInt8 = Seal.formatVersion) -> [UInt8] {
        var writer = ByteWriter(capacity: 192)
        writer.write("postern seal")
        writer.write(purpose.rawValue)
        writer.write(format)
        writer.write(key.bytes)
        writer.write(site.text)
        writer.write(record)
        writer.write(owner)
        writer.write(version)
        if format > 1 { writer.write(handle?.text) }
        return writer.bytes
    }
}
