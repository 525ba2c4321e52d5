import PosternCore
import PosternTestSupport
import Testing

@Suite("Bytes of ours are read back, and bytes of others are refused")
struct ByteCodingTests {
    private func sample() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(0x0102_0304 as UInt32)
        writer.write(-7 as Int64)
        writer.write(true)
        writer.write("Zoë")
        writer.write(nil as String?)
        writer.write("" as String?)
        writer.write([1, 2, 3] as [UInt8])
        return writer.bytes
    }

    private func read(_ bytes: [UInt8]) throws {
        var reader = ByteReader(bytes, limit: 16)
        #expect(try reader.number(UInt32.self) == 0x0102_0304)
        #expect(try reader.number(Int64.self) == -7)
        #expect(try reader.flag())
        #expect(try reader.text() == "Zoë")
        #expect(try reader.optionalText() == nil)
        #expect(try reader.optionalText() == "")
        #expect(try reader.part() == [1, 2, 3])
        try reader.end()
    }

    @Test func `Everything written comes back`() throws {
        try read(sample())
    }

    @Test func `Cut short at any byte it is truncated, never anything else`() {
        let bytes = sample()
        for count in 0..<bytes.count {
            #expect(throws: ByteFault.self) {
                var reader = ByteReader(Array(bytes.prefix(count)), limit: 16)
                _ = try reader.number(UInt32.self)
                _ = try reader.number(Int64.self)
                _ = try reader.flag()
                _ = try reader.text()
                _ = try reader.optionalText()
                _ = try reader.optionalText()
                _ = try reader.part()
            }
        }
    }

    @Test func `A byte too many is a fault`() {
        var reader = ByteReader([0, 0] as [UInt8], limit: 16)
        #expect(throws: ByteFault.trailing(1)) {
            _ = try reader.number(UInt8.self)
            try reader.end()
        }
    }

    @Test func `A length that lies is believed neither up to the limit nor beyond it`() {
        var beyond = ByteReader([0xFF, 0xFF, 0xFF, 0xFF, 1] as [UInt8], limit: 16)
        #expect(throws: ByteFault.tooLong) { try beyond.part() }
        var within = ByteReader([0, 0, 0, 9, 1] as [UInt8], limit: 16)
        #expect(throws: ByteFault.truncated) { try within.part() }
    }

    @Test func `Random bytes never do harm`() {
        var randomness = SeededRandomness(seed: 11)
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0..<64, using: &randomness)).map { _ in
                UInt8.random(in: .min ... .max, using: &randomness)
            }
            var reader = ByteReader(bytes, limit: 16)
            _ = try? reader.text()
            _ = try? reader.optionalText()
            _ = try? reader.part()
            #expect(reader.remaining >= 0)
        }
    }
}
