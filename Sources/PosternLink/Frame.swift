/// What a frame asks for. A closed set: none of them means "open this".
package enum Verb: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    /// Public keys, today's tag key, the number of lanes.
    case announce = 1
    /// Send this letter; the answer is its outcome.
    case deliver = 2
    /// A confirmation token against the vault's word on a record.
    case authorise = 3
    /// Operator socket only: seal these addresses.
    case enrol = 16
    /// Operator socket only: which keys there are.
    case keys = 17
    /// Operator socket only: seal a text of its own to each key pair, open it again, and say for which that worked.
    case examine = 18
    /// Control socket of the relay: one request of a command, as JSON.
    case control = 32

    /// Written out, since what Swift would say by itself it finds by reflection, at a microsecond for each letter.
    package var description: String {
        switch self {
        case .announce: "announce"
        case .deliver: "deliver"
        case .authorise: "authorise"
        case .enrol: "enrol"
        case .keys: "keys"
        case .examine: "examine"
        case .control: "control"
        }
    }
}

/// One message of the link, either way.
package struct Frame: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case request(Verb)
        /// The answer to a request of that verb.
        case answer(Verb)
        /// The request could not be served; the payload is a `LinkRefusal`.
        case refusal
    }

    package let kind: Kind
    /// Chosen by whoever asks; the answer bears the same.
    package let id: UInt32
    package let payload: [UInt8]

    package init(_ kind: Kind, id: UInt32, payload: [UInt8]) {
        (self.kind, self.id, self.payload) = (kind, id, payload)
    }
}

/// Bytes that are no frame of ours. Whoever sends them is cut off, and it is counted.
package enum FrameFault: Error, Equatable, Sendable {
    case tooLong(UInt32)
    case tooShort(UInt32)
    case unknownVersion(UInt8)
    case unknownKind(UInt8)
}

extension Frame {
    package static let version: UInt8 = 1
    /// Longest frame after its length, in bytes: a chunk of an import fits, and nothing much larger.
    package static let longest: UInt32 = 1_024 * 1_024
    /// Version, kind, id.
    private static let headLength: UInt32 = 6
    private static let answerBit: UInt8 = 0x80
    private static let refusalKind: UInt8 = 0xFF

    /// Length of what follows (4 bytes), version, kind, id (4 bytes), payload.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(10 + payload.count)
        let length = Self.headLength + UInt32(payload.count)
        withUnsafeBytes(of: length.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(Self.version)
        bytes.append(kindByte)
        withUnsafeBytes(of: id.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: payload)
        return bytes
    }

    package static func fits(_ payload: [UInt8]) -> Bool { payload.count <= Int(longest - headLength) }

    private var kindByte: UInt8 {
        switch kind {
        case .request(let verb): verb.rawValue
        case .answer(let verb): verb.rawValue | Self.answerBit
        case .refusal: Self.refusalKind
        }
    }

    /// How many bytes follow a length field.
    /// - Throws: before anything is waited for or set aside, when the length alone is wrong.
    package static func lengthThatFollows(_ length: UInt32) throws(FrameFault) -> Int {
        guard length >= headLength else { throw .tooShort(length) }
        guard length <= longest else { throw .tooLong(length) }
        return Int(length)
    }

    /// Reads what stands behind the length field.
    package init(body: some RandomAccessCollection<UInt8>) throws(FrameFault) {
        let body = Array(body)
        guard body.count >= Self.headLength else { throw .tooShort(UInt32(body.count)) }
        guard body[0] == Self.version else { throw .unknownVersion(body[0]) }
        let kind = body[1]
        if kind == Self.refusalKind {
            self.kind = .refusal
        } else if let verb = Verb(rawValue: kind & ~Self.answerBit) {
            self.kind = kind & Self.answerBit == 0 ? .request(verb) : .answer(verb)
        } else {
            throw .unknownKind(kind)
        }
        id = body[2..<6].reduce(0) { $0 << 8 | UInt32($1) }
        payload = Array(body[6...])
    }
}
