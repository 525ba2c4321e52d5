package import PosternCore

/// The member of staff who asks for a reveal, as stored. The record was sealed by the vault, which bound it to the name and the
/// role.
package struct StaffClaim: LinkPayload, Equatable, Sendable, Unprintable {
    package let name: StaffName
    package let role: StaffRole
    package let record: StaffRecord

    package init(name: StaffName, role: StaffRole, record: StaffRecord) {
        self.name = name
        self.role = role
        self.record = record
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(name.text)
        writer.write(role.rawValue)
        writer.write(record.version)
        writer.write(record.seal)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            name: try reader.staffName(), role: try reader.staffRole(),
            record: StaffRecord(version: try reader.number(), seal: try reader.part()))
    }
}

/// The item to be revealed. The seal binds all of it, so that no other ciphertext opens in its place, with two exceptions for
/// which the vault relies on the relay: that the letter is held, and which letter of its conversation a report is about.
package struct RevealItem: LinkPayload, Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// The text of a held first letter.
        case letter(to: RecipientID, Handle)
        /// The text of a held reply by one of the two parties.
        case reply(by: Party, in: LetterID, with: RecipientID, Handle)
        /// A reported letter, as it was sealed when it was reported. Only the vault can make such a seal.
        case report(ReportID, of: LetterID, to: RecipientID, Handle)
        /// The client address it came from.
        case client
    }

    package let letter: LetterID
    package let site: SiteID
    package let content: Content

    package init(_ letter: LetterID, at site: SiteID, _ content: Content) {
        self.letter = letter
        self.site = site
        self.content = content
    }

    package var kind: RevealKind { content == .client ? .client : .letter }

    package func write(to writer: inout ByteWriter) {
        writer.write(letter)
        writer.write(site.text)
        switch content {
        case .letter(let recipient, let handle):
            writer.write(1 as UInt8)
            writer.write(recipient)
            writer.write(handle.text)
        case .reply(let author, let conversation, let recipient, let handle):
            writer.write(2 as UInt8)
            writer.write(author.rawValue)
            writer.write(conversation)
            writer.write(recipient)
            writer.write(handle.text)
        case .report(let report, let first, let recipient, let handle):
            writer.write(3 as UInt8)
            writer.write(report)
            writer.write(first)
            writer.write(recipient)
            writer.write(handle.text)
        case .client: writer.write(4 as UInt8)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let (letter, site): (LetterID, SiteID) = (try reader.identifier(), try reader.siteID())
        switch try reader.number(UInt8.self) {
        case 1: self.init(letter, at: site, .letter(to: try reader.identifier(), try reader.handle()))
        case 2:
            let author = try reader.value { Party(rawValue: $0) }
            self.init(
                letter, at: site,
                .reply(by: author, in: try reader.identifier(), with: try reader.identifier(), try reader.handle()))
        case 3:
            self.init(
                letter, at: site,
                .report(
                    try reader.identifier(), of: try reader.identifier(), to: try reader.identifier(), try reader.handle()))
        case 4: self.init(letter, at: site, .client)
        default: throw .badValue
        }
    }
}

/// Asks how many reveals a person has left today. The answer is a `RevealStanding`.
package struct RevealInquiry: LinkPayload, Equatable, Sendable {
    package let name: StaffName
    /// The letter whose pending approvals are listed.
    package let letter: LetterID

    package init(name: StaffName, letter: LetterID) {
        (self.name, self.letter) = (name, letter)
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(name.text)
        writer.write(letter)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(name: try reader.staffName(), letter: try reader.identifier())
    }
}

/// A request to begin a reveal. The answer is a `RevealBeginning`.
package struct RevealRequest: LinkPayload, Equatable, Sendable, Unprintable {
    package let claim: StaffClaim
    package let item: RevealItem
    package let reason: RevealReason
    /// The seal of the item.
    package let seal: [UInt8]

    package static let longestPart = ReportSeal.longestPart

    package init(claim: StaffClaim, item: RevealItem, reason: RevealReason, seal: [UInt8]) {
        self.claim = claim
        self.item = item
        self.reason = reason
        self.seal = seal
    }

    package func write(to writer: inout ByteWriter) {
        claim.write(to: &writer)
        item.write(to: &writer)
        writer.write(reason.text)
        writer.write(seal)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            claim: try StaffClaim(from: &reader), item: try RevealItem(from: &reader), reason: try reader.revealReason(),
            seal: try reader.part())
    }
}

/// The answer to a `RevealRequest`: the challenge for the second factor, or why there is none.
package enum RevealBeginning: LinkPayload, Equatable, Sendable {
    /// - Parameter challenge: bound to the item, the reason and the person; valid once and for ten minutes.
    case offer(challenge: [UInt8], RevealWay)
    case refused(RevealRefusal)

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .offer(let challenge, let way):
            writer.write(1 as UInt8)
            writer.write(challenge)
            switch way {
            case .code: writer.write(1 as UInt8)
            case .passkey(let credential):
                writer.write(2 as UInt8)
                writer.write(credential)
            }
        case .refused(let refusal):
            writer.write(2 as UInt8)
            refusal.write(to: &writer)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1:
            let challenge = try reader.part()
            switch try reader.number(UInt8.self) {
            case 1: self = .offer(challenge: challenge, .code)
            case 2: self = .offer(challenge: challenge, .passkey(credential: try reader.part()))
            default: throw .badValue
            }
        case 2: self = .refused(try RevealRefusal(from: &reader))
        default: throw .badValue
        }
    }
}

/// A second factor for a reveal. The answer is a `RevealAnswer`.
package struct RevealAttempt: LinkPayload, Equatable, Sendable, Unprintable {
    package let request: RevealRequest
    package let challenge: [UInt8]
    package let proof: RevealProof

    package static let longestPart = RevealRequest.longestPart

    package init(request: RevealRequest, challenge: [UInt8], proof: RevealProof) {
        self.request = request
        self.challenge = challenge
        self.proof = proof
    }

    package func write(to writer: inout ByteWriter) {
        request.write(to: &writer)
        writer.write(challenge)
        proof.write(to: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            request: try RevealRequest(from: &reader), challenge: try reader.part(), proof: try RevealProof(from: &reader))
    }
}

package enum RevealAnswer: LinkPayload, Equatable, Sendable, Unprintable {
    case shown(Revealed)
    /// A second person must approve it.
    case waits(until: Timestamp)
    case refused(RevealRefusal)

    package static let longestPart = ReportSeal.longestPart

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .shown(let revealed):
            writer.write(1 as UInt8)
            revealed.write(to: &writer)
        case .waits(let until):
            writer.write(2 as UInt8)
            writer.write(until.milliseconds)
        case .refused(let refusal):
            writer.write(3 as UInt8)
            refusal.write(to: &writer)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .shown(try Revealed(from: &reader))
        case 2: self = .waits(until: try reader.moment())
        case 3: self = .refused(try RevealRefusal(from: &reader))
        default: throw .badValue
        }
    }
}
