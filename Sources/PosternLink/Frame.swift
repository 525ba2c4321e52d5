package import NIOCore
internal import PosternCore

/// One message between two processes, in either direction.
package struct Frame<Verb: LinkVerb>: Equatable, Sendable, Unprintable {
    package enum Kind: Equatable, Sendable {
        case request(Verb)
        /// The answer to a request of that verb.
        case answer(Verb)
        /// The request was not served; the payload is a `LinkRefusal`.
        case refusal
    }

    package let kind: Kind
    /// Chosen by the client; the answer repeats it.
    package let id: UInt32
    package let payload: [UInt8]

    package init(_ kind: Kind, id: UInt32, payload: [UInt8]) {
        (self.kind, self.id, self.payload) = (kind, id, payload)
    }
}

/// Why bytes are not a frame of this socket. The connection they came on is closed and counted.
package enum FrameFault: Error, Equatable, Sendable {
    case tooLong(UInt32)
    case tooShort(UInt32)
    case unknownVersion(UInt8)
    /// Not a verb of this socket, or a kind of frame that cannot come at this point.
    case unknownKind(UInt8)
}

extension Frame {
    /// The encoded frame: length of what follows (4 bytes), version, kind, id (4 bytes), payload.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + Int(FrameHead.length) + payload.count)
        let length = FrameHead.length + UInt32(payload.count)
        withUnsafeBytes(of: length.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(FrameHead.version)
        bytes.append(kindByte)
        withUnsafeBytes(of: id.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: payload)
        return bytes
    }

    private var kindByte: UInt8 {
        switch kind {
        case .request(let verb): verb.rawValue
        case .answer(let verb): verb.rawValue | FrameHead.answerBit
        case .refusal: FrameHead.refusalKind
        }
    }

    /// Decodes what follows the length field.
    package init(body: some RandomAccessCollection<UInt8>) throws(FrameFault) {
        let body = Array(body)
        guard body.count >= FrameHead.length else { throw .tooShort(UInt32(body.count)) }
        guard body[0] == FrameHead.version else { throw .unknownVersion(body[0]) }
        let kind = body[1]
        if kind == FrameHead.refusalKind {
            self.kind = .refusal
        } else if let verb = Verb(rawValue: kind & ~FrameHead.answerBit) {
            self.kind = kind & FrameHead.answerBit == 0 ? .request(verb) : .answer(verb)
        } else {
            throw .unknownKind(kind)
        }
        id = body[2..<6].reduce(0) { $0 << 8 | UInt32($1) }
        payload = Array(body[6...])
    }
}

/// What all frames have in common, independent of their verbs.
package enum FrameHead {
    package static let version: UInt8 = 1
    /// The longest frame in bytes, without its length field: enough for one chunk of an import, and not much more.
    package static let longest: UInt32 = 1_024 * 1_024
    /// The bytes of version, kind and id.
    fileprivate static let length: UInt32 = 6
    fileprivate static let answerBit: UInt8 = 0x80
    fileprivate static let refusalKind: UInt8 = 0xFF

    package static func fits(_ payload: [UInt8]) -> Bool { payload.count <= Int(longest - length) }

    /// How many bytes follow a length field.
    /// - Throws: `FrameFault` when the length itself is not allowed, before any byte is awaited or memory reserved.
    package static func lengthThatFollows(_ length: UInt32) throws(FrameFault) -> Int {
        guard length >= Self.length else { throw .tooShort(length) }
        guard length <= longest else { throw .tooLong(length) }
        return Int(length)
    }
}

/// Splits the byte stream into frames. A bad length ends the connection before the body is awaited.
package struct FrameDecoder<Verb: LinkVerb>: NIOSingleStepByteToMessageDecoder {
    package typealias InboundOut = Frame<Verb>

    package init() {}

    package mutating func decode(buffer: inout ByteBuffer) throws -> Frame<Verb>? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        let count = try FrameHead.lengthThatFollows(length)
        guard buffer.readableBytes >= 4 + count else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let body = buffer.readBytes(length: count) else { return nil }
        return try Frame(body: body)
    }

    package mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> Frame<Verb>? {
        try decode(buffer: &buffer)
    }
}

struct FrameEncoder<Verb: LinkVerb>: MessageToByteEncoder {
    typealias OutboundIn = Frame<Verb>

    func encode(data: Frame<Verb>, out: inout ByteBuffer) throws {
        out.writeBytes(data.bytes)
    }
}
