import NIOCore
import PosternLink

/// The stream on one of our Unix sockets, from a peer that may have been taken over: cut into frames, it means the same in
/// whatever pieces it comes.
enum FrameCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        try check(bytes, as: VaultVerb.self)
        try check(bytes, as: OperatorVerb.self)
        try check(bytes, as: ControlVerb.self)
    }

    private static func check<Verb: LinkVerb>(_ bytes: [UInt8], as _: Verb.Type) throws(Breach) {
        let (frames, consumed, isBroken): ([Frame<Verb>], Int, Bool) = read(bytes, inPiecesOf: bytes.count)
        try hold(frames.flatMap(\.bytes) == Array(bytes.prefix(consumed)), "frames are the bytes that were read and no more")
        for size in [1, 3, 7] where bytes.count < 4_096 {
            let (others, _, isBrokenToo): ([Frame<Verb>], Int, Bool) = read(bytes, inPiecesOf: size)
            try hold(frames == others && isBroken == isBrokenToo, "the pieces do not matter")
        }
        for frame in frames { try hold(FrameHead.fits(frame.payload), "a frame within its bounds") }
    }

    private static func read<Verb: LinkVerb>(
        _ bytes: [UInt8], inPiecesOf size: Int
    ) -> (frames: [Frame<Verb>], consumed: Int, isBroken: Bool) {
        let decoder = NIOSingleStepByteToMessageProcessor(FrameDecoder<Verb>())
        var frames: [Frame<Verb>] = []
        do {
            for start in stride(from: 0, to: bytes.count, by: max(size, 1)) {
                let piece = bytes[start..<min(start + size, bytes.count)]
                try decoder.process(buffer: ByteBuffer(bytes: piece)) { frames.append($0) }
            }
        } catch {
            return (frames, frames.reduce(0) { $0 + $1.bytes.count }, true)
        }
        return (frames, frames.reduce(0) { $0 + $1.bytes.count }, false)
    }
}
