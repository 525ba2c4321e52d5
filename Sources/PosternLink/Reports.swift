package import PosternCore

/// A request to seal a reported letter again under a report key, so that reviewers can read it even after the letter's own key is
/// destroyed.
package struct ResealRequest: LinkPayload, Equatable, Sendable, Unprintable {
    /// A later letter of the visitor in the conversation, if that is the one reported.
    package struct Reply: Equatable, Sendable {
        package let id: LetterID
        package let seal: [UInt8]

        package init(id: LetterID, seal: [UInt8]) {
            (self.id, self.seal) = (id, seal)
        }
    }

    package let site: SiteID
    package let recipient: RecipientID
    package let handle: Handle
    /// The letter that began the conversation.
    package let letter: LetterID
    package let seal: [UInt8]
    package let reply: Reply?
    package let report: ReportID
    /// The recipient's remark, which is sealed with the letter and stored nowhere else.
    package let remark: LetterText?

    /// The longest remark, in code points.
    package static let longestRemark = 1_000

    package static let longestPart = 128 * 1_024

    package init(
        site: SiteID, recipient: RecipientID, handle: Handle, letter: LetterID, seal: [UInt8], reply: Reply? = nil,
        report: ReportID, remark: LetterText? = nil
    ) {
        self.site = site
        self.recipient = recipient
        self.handle = handle
        self.letter = letter
        self.seal = seal
        self.reply = reply
        self.report = report
        self.remark = remark
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(site.text)
        writer.write(recipient)
        writer.write(handle.text)
        writer.write(letter)
        writer.write(seal)
        writer.write(reply != nil)
        if let reply {
            writer.write(reply.id)
            writer.write(reply.seal)
        }
        writer.write(report)
        writer.write(remark?.text)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            site: try reader.siteID(), recipient: try reader.identifier(), handle: try reader.handle(),
            letter: try reader.identifier(), seal: try reader.part(),
            reply: try reader.flag() ? Reply(id: try reader.identifier(), seal: try reader.part()) : nil,
            report: try reader.identifier(), remark: try reader.remark())
    }
}

/// The answer to a `ResealRequest`: the letter sealed under a report key.
package struct ReportSeal: LinkPayload, Equatable, Sendable {
    package let bytes: [UInt8]

    package static let longestPart = 256 * 1_024

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package func write(to writer: inout ByteWriter) { writer.write(bytes) }
    package init(from reader: inout ByteReader) throws(ByteFault) { bytes = try reader.part() }
}

/// A request to check the code of a `prove` mail, as the visitor typed it, for the letter that waits for it.
package struct ProofRequest: LinkPayload, Equatable, Sendable, Unprintable {
    package let site: SiteID
    package let recipient: RecipientID
    package let handle: Handle
    package let letter: LetterID
    package let seal: [UInt8]
    package let code: String

    package static let longestPart = 128 * 1_024

    package init(site: SiteID, recipient: RecipientID, handle: Handle, letter: LetterID, seal: [UInt8], code: String) {
        self.site = site
        self.recipient = recipient
        self.handle = handle
        self.letter = letter
        self.seal = seal
        self.code = code
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(site.text)
        writer.write(recipient)
        writer.write(handle.text)
        writer.write(letter)
        writer.write(seal)
        writer.write(code)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            site: try reader.siteID(), recipient: try reader.identifier(), handle: try reader.handle(),
            letter: try reader.identifier(), seal: try reader.part(), code: try reader.text())
    }
}

/// The answer to a `ProofRequest`.
package enum CodeAnswer: LinkPayload, Equatable, Sendable {
    case right(VisitorProof)
    /// - Parameter left: how many more wrong codes are allowed.
    case wrong(left: Int)
    /// Too many codes were wrong; now even the right one is not accepted.
    case spent

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .right(let proof):
            writer.write(1 as UInt8)
            proof.write(to: &writer)
        case .wrong(let left):
            writer.write(2 as UInt8)
            writer.write(UInt8(clamping: left))
        case .spent: writer.write(3 as UInt8)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .right(try VisitorProof(from: &reader))
        case 2: self = .wrong(left: Int(try reader.number(UInt8.self)))
        case 3: self = .spent
        default: throw .badValue
        }
    }
}

/// Proof that the visitor has received mail at their address. It is kept with the conversation
/// (`DeliveryJob.Conversation.proof`), as if they had answered by a mailed link.
package struct VisitorProof: LinkPayload, Hashable, Sendable {
    package static let length = 16

    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package func write(to writer: inout ByteWriter) { writer.write(bytes) }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        bytes = try reader.part()
        guard bytes.count == Self.length else { throw .badValue }
    }
}

extension ByteReader {
    fileprivate mutating func remark() throws(ByteFault) -> LetterText? {
        guard let text = try optionalText() else { return nil }
        guard let remark = try? LetterText(text, limit: ResealRequest.longestRemark) else { throw .badValue }
        return remark
    }
}
