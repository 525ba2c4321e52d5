package import PosternCore

// The encoding of the values of a reveal that relay and vault share.

extension RevealStanding: LinkPayload {
    /// The most pending approvals that are sent for one letter.
    private static let mostHalves = 64

    package func write(to writer: inout ByteWriter) {
        writer.write(Int32(clamping: left))
        writer.write(Int32(clamping: most))
        writer.write(renewed.milliseconds)
        writer.write(needsTwo)
        writer.write(UInt16(clamping: min(halves.count, Self.mostHalves)))
        for half in halves.prefix(Self.mostHalves) {
            writer.write(half.kind.rawValue)
            writer.write(half.by.text)
            writer.write(half.reason.text)
            writer.write(half.until.milliseconds)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let (left, most) = (try reader.number(Int32.self), try reader.number(Int32.self))
        guard left >= 0, most >= left else { throw .badValue }
        let renewed = try reader.moment()
        let needsTwo = try reader.flag()
        let count = try reader.number(UInt16.self)
        guard count <= Self.mostHalves else { throw .tooLong }
        var halves: [Half] = []
        for _ in 0..<count {
            halves.append(
                Half(
                    kind: try reader.value { RevealKind(rawValue: $0) }, by: try reader.staffName(),
                    reason: try reader.revealReason(), until: try reader.moment()))
        }
        self.init(left: Int(left), most: Int(most), renewed: renewed, needsTwo: needsTwo, halves: halves)
    }
}

extension RevealProof: LinkPayload {
    package func write(to writer: inout ByteWriter) {
        switch self {
        case .code(let code):
            writer.write(1 as UInt8)
            writer.write(code)
        case .passkey(let credential, let clientData, let authenticatorData, let signature):
            writer.write(2 as UInt8)
            for part in [credential, clientData, authenticatorData, signature] { writer.write(part) }
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .code(try reader.text())
        case 2:
            self = .passkey(
                credential: try reader.part(), clientData: try reader.part(), authenticatorData: try reader.part(),
                signature: try reader.part())
        default: throw .badValue
        }
    }
}

extension RevealRefusal: LinkPayload {
    package func write(to writer: inout ByteWriter) {
        writer.write(number)
        switch self {
        case .capReached(let until), .tooNew(let until): writer.write(until.milliseconds)
        case .limited(let wait): writer.write(wait.milliseconds)
        default: break
        }
    }

    private var number: UInt8 {
        switch self {
        case .role: 1
        case .account: 2
        case .capReached: 3
        case .keyGone: 4
        case .notOpened: 5
        case .unwritten: 6
        case .wrongProof: 7
        case .usedBefore: 8
        case .overdue: 9
        case .limited: 10
        case .tooNew: 11
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .role
        case 2: self = .account
        case 3: self = .capReached(until: try reader.moment())
        case 4: self = .keyGone
        case 5: self = .notOpened
        case 6: self = .unwritten
        case 7: self = .wrongProof
        case 8: self = .usedBefore
        case 9: self = .overdue
        case 10:
            let milliseconds = try reader.number(Int64.self)
            guard (0...Duration.days(1).milliseconds).contains(milliseconds) else { throw .badValue }
            self = .limited(retryAfter: .milliseconds(milliseconds))
        case 11: self = .tooNew(until: try reader.moment())
        default: throw .badValue
        }
    }
}

extension Revealed: LinkPayload {
    package static var longestPart: Int { ReportSeal.longestPart }

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .letter(let letter):
            writer.write(1 as UInt8)
            for text in [letter.name, letter.subject, letter.about, letter.remark] { writer.write(text) }
            writer.write(letter.text)
            writer.write(letter.isReply)
        case .client(let address):
            writer.write(2 as UInt8)
            writer.write(address.bytes)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1:
            let (name, subject, about) = (
                try reader.optionalText(), try reader.optionalText(), try reader.optionalText()
            )
            let remark = try reader.optionalText()
            self = .letter(
                RevealedLetter(
                    name: name, subject: subject, about: about, text: try reader.text(), isReply: try reader.flag(),
                    remark: remark))
        case 2:
            guard let address = ClientAddress(bytes: try reader.part()) else { throw .badValue }
            self = .client(address)
        default: throw .badValue
        }
    }
}

extension ByteReader {
    /// Reads a reason that was normalised when it was typed. One that `RevealReason` would change, or finds too short, is
    /// refused.
    mutating func revealReason() throws(ByteFault) -> RevealReason {
        let text = try text()
        guard let reason = try? RevealReason(typed: text), reason.text == text else { throw .badValue }
        return reason
    }
}
