import PosternTestSupport
import PosternVault
import Testing

struct CBORReaderTests {
    // RFC 8949, appendix A.
    @Test(arguments: [
        ("00", CBORValue.unsigned(0)), ("17", .unsigned(23)), ("1818", .unsigned(24)), ("1903e8", .unsigned(1_000)),
        ("1a000f4240", .unsigned(1_000_000)), ("1bffffffffffffffff", .unsigned(.max)), ("20", .negative(0)), ("26", .negative(6)),
        ("3903e7", .negative(999)), ("f4", .flag(false)), ("f5", .flag(true)), ("f6", .null), ("40", .bytes([])),
        ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")), ("6161", .text("a")), ("62c3bc", .text("ü")),
        ("83010203", .array([.unsigned(1), .unsigned(2), .unsigned(3)])), ("a0", .map([])),
        ("a201020304", .map([.init(key: .unsigned(1), value: .unsigned(2)), .init(key: .unsigned(3), value: .unsigned(4))])),
    ])
    func `The examples of the standard`(text: String, value: CBORValue) throws {
        #expect(try CBORReader.value(of: Hex.bytes(text)) == value)
    }

    @Test(arguments: [
        ("", CBORFault.truncated), ("18", .truncated), ("44010203", .truncated), ("8301", .truncated), ("a101", .truncated),
        ("5bffffffffffffffff", .truncated), ("9bffffffffffffffff", .truncated), ("0000", .trailing), ("a00000", .trailing),
        ("1800", .notCanonical), ("1817", .notCanonical), ("190018", .notCanonical), ("1a00000001", .notCanonical),
        ("1b0000000000000001", .notCanonical), ("1c", .notCanonical), ("5f4101ff", .notCanonical), ("9fff", .notCanonical),
        ("c100", .notCanonical), ("f7", .notCanonical), ("f93c00", .notCanonical), ("61ff", .notUTF8),
        ("a201020103", .duplicateKey), ("a2616101616102", .duplicateKey), ("818181818181818100", .tooDeep),
        ("818181818181818181818181818181818181", .tooDeep),
    ])
    func `What no authenticator writes is refused`(text: String, fault: CBORFault) {
        #expect(throws: fault) { try CBORReader.value(of: Hex.bytes(text)) }
    }
}
