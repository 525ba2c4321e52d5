package import PosternCore

/// Whose letters a recipient wants no more of: the letter that shows it, with its seal. The vault opens it and gives back no more than
/// a name that is the same for all letters of one address to this recipient.
package struct MuteRequest: LinkPayload, Equatable, Sendable, Unprintable {
    package let site: SiteID
    package let recipient: RecipientID
    package let handle: Handle
    package let letter: LetterID
    package let seal: [UInt8]

    package static let longestPart = 128 * 1_024

    package init(site: SiteID, recipient: RecipientID, handle: Handle, letter: LetterID, seal: [UInt8]) {
        self.site = site
        self.recipient = recipient
        self.handle = handle
        self.letter = letter
        self.seal = seal
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(site.text)
        writer.write(recipient)
        writer.write(handle.text)
        writer.write(letter)
        writer.write(seal)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            site: try reader.siteID(), recipient: try reader.identifier(), handle: try reader.handle(),
            letter: try reader.identifier(), seal: try reader.part())
    }
}

/// What the vault calls a visitor for one recipient: sixteen bytes under a key that only the vault has.
package struct MuteName: LinkPayload, Hashable, Sendable {
    package static let length = 16

    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package func write(to writer: inout ByteWriter) { writer.write(bytes) }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        bytes = try reader.part()
        guard bytes.count == Self.length else { throw .badValue }
    }
}

/// Whether the recipient's own address stands in an answer that is about to be sent.
package struct MentionRequest: LinkPayload, Equatable, Sendable, Unprintable {
    package let recipient: Recipient
    package let text: String

    package static let longestPart = 128 * 1_024

    package init(recipient: Recipient, text: String) {
        (self.recipient, self.text) = (recipient, text)
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(recipient)
        writer.write(text)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(recipient: try reader.recipient(), text: try reader.text())
    }
}

package enum Mention: UInt8, LinkPayload, Sendable {
    case absent, present
    /// Asked too often for this recipient: nobody is to find an address by guessing.
    case notSaid

    package func write(to writer: inout ByteWriter) { writer.write(rawValue) }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        guard let value = Mention(rawValue: try reader.number()) else { throw .badValue }
        self = value
    }
}
