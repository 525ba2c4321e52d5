package import PosternCore

/// A request to name the visitor that a recipient mutes, by one of the visitor's letters. The vault opens the letter and returns
/// only a name, which is the same for all letters from one address to this recipient.
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

/// The vault's name for a visitor, different for each recipient: sixteen bytes of a MAC under a key that only the vault has.
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

/// Asks whether an answer that is about to be sent contains the recipient's own address.
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
    /// Asked too often about this recipient, so that guessing cannot find an address.
    case notSaid

    package func write(to writer: inout ByteWriter) { writer.write(rawValue) }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        guard let value = Mention(rawValue: try reader.number()) else { throw .badValue }
        self = value
    }
}
