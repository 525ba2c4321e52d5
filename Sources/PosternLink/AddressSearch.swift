package import PosternCore

/// Recipients and letters among which the operator looks for those sealed for one address. The answer is `AddressMatches`.
///
/// Only the operator socket takes it: a relay that could ask would learn whether a given address is used here.
package struct AddressSearch: LinkPayload, Equatable, Sendable, Unprintable {
    /// A letter as it is stored.
    package struct SealedLetter: LinkPayload, Equatable, Sendable, Unprintable {
        package let id: LetterID
        package let site: SiteID
        package let recipient: RecipientID
        package let handle: Handle
        package let seal: [UInt8]

        package init(id: LetterID, site: SiteID, recipient: RecipientID, handle: Handle, seal: [UInt8]) {
            (self.id, self.site, self.recipient, self.handle, self.seal) = (id, site, recipient, handle, seal)
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(id)
            writer.write(site.text)
            writer.write(recipient)
            writer.write(handle.text)
            writer.write(seal)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            self.init(
                id: try reader.identifier(), site: try reader.siteID(), recipient: try reader.identifier(),
                handle: try reader.handle(), seal: try reader.part())
        }
    }

    /// The most recipients, and the most bytes of letters, that fit into one frame.
    package static let mostRecipients = 250
    package static let mostLetterBytes = 512 * 1_024
    package static let longestPart = 128 * 1_024

    package let address: EmailAddress
    /// Whether this is the first request of a search that takes several. Only the first is entered in the journal.
    package let isFirst: Bool
    package let recipients: [Recipient]
    package let letters: [SealedLetter]

    package init(address: EmailAddress, isFirst: Bool, recipients: [Recipient] = [], letters: [SealedLetter] = []) {
        self.address = address
        self.isFirst = isFirst
        self.recipients = recipients
        self.letters = letters
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(address.text)
        writer.write(isFirst)
        writer.write(UInt16(clamping: recipients.count))
        for recipient in recipients { writer.write(recipient) }
        writer.write(letters)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        address = try reader.value { try? EmailAddress($0) }
        isFirst = try reader.flag()
        var recipients: [Recipient] = []
        for _ in 0..<(try reader.number(UInt16.self)) { recipients.append(try reader.recipient()) }
        self.recipients = recipients
        letters = try reader.list()
    }
}

/// The recipients and letters that were sealed for the address searched for.
package struct AddressMatches: LinkPayload, Equatable, Sendable {
    package let recipients: [RecipientID]
    package let letters: [LetterID]
    /// How many of the seals did not open: their key is destroyed or lost, or the row was not written by Postern.
    package let unread: Int

    package init(recipients: [RecipientID], letters: [LetterID], unread: Int) {
        (self.recipients, self.letters, self.unread) = (recipients, letters, unread)
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(UInt16(clamping: recipients.count))
        for id in recipients { writer.write(id) }
        writer.write(UInt16(clamping: letters.count))
        for id in letters { writer.write(id) }
        writer.write(Int32(clamping: unread))
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        var (recipients, letters) = ([RecipientID](), [LetterID]())
        for _ in 0..<(try reader.number(UInt16.self)) { recipients.append(try reader.identifier()) }
        for _ in 0..<(try reader.number(UInt16.self)) { letters.append(try reader.identifier()) }
        self.init(recipients: recipients, letters: letters, unread: Int(try reader.number(Int32.self)))
    }
}
