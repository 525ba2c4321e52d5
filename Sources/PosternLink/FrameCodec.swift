package import NIOCore

/// Cuts the byte stream into frames. A bad length or head ends the connection before its body is waited for.
package struct FrameDecoder: NIOSingleStepByteToMessageDecoder {
    package typealias InboundOut = Frame

    package init() {}

    package mutating func decode(buffer: inout ByteBuffer) throws -> Frame? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        let count = try Frame.lengthThatFollows(length)
        guard buffer.readableBytes >= 4 + count else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let body = buffer.readBytes(length: count) else { return nil }
        return try Frame(body: body)
    }

    package mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> Frame? {
        try decode(buffer: &buffer)
    }
}

struct FrameEncoder: MessageToByteEncoder {
    typealias OutboundIn = Frame

    func encode(data: Frame, out: inout ByteBuffer) throws {
        out.writeBytes(data.bytes)
    }
}
