import Crypto
import Foundation
import PosternCore
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("Each seal file opens, or fails in the class it names")
struct SealFileTests {
    @Test(arguments: try SealFile.all())
    func `As the file says`(file: SealFile) throws {
        let temporary = try TemporaryFolder()
        let opener = SealOpener(ring: try SealFile.ring(in: temporary))
        let opened = Result { () throws -> String in
            switch file.purpose {
            case .address: try opener.address(in: file.seal, context: file.context).text
            case .letter: try opener.letter(in: file.seal, context: file.context).text.text
            case .evidence: Hex.text(try opener.record(in: file.seal, context: file.context))
            }
        }
        switch file.expectation {
        case .opens(let content): #expect(try opened.get() == content)
        case .fails(let fault): #expect(throws: fault) { try opened.get() }
        }
    }

    @Test func `There is a file for every class of failure that opening can give, and some that open`() throws {
        let files = try SealFile.all()
        for fault in SealFault.allCases where fault != .badKey {
            #expect(files.contains { $0.expectation == .fails(fault) }, "\(fault.rawValue)")
        }
        #expect(files.count { if case .opens = $0.expectation { true } else { false } } >= 2)
    }

    /// Makes the folder again, but only on demand: these files are there to show a seal that no longer opens.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["POSTERN_SEALS"] == "write"))
    func `Writing the files`() throws {
        let (recipient, other) = (
            RecipientID(high: 0x0199_AB00_0000_0001, low: 1), RecipientID(high: 0x0199_AB00_0000_0001, low: 2)
        )
        let (letter, otherLetter) = (LetterID(high: 0x0199_AC00_0000_0001, low: 1), LetterID(high: 0x0199_AC00_0000_0001, low: 2))
        let site = try SiteID("photos")
        let (addressKey, letterKey) = (try SealFile.addressKey().key.sealing, try SealFile.letterKey().key.sealing)
        let key = try #require(addressKey)
        let address = try key.seal(try EmailAddress("pat@private.example"), in: .address(of: recipient, at: site, version: 1))
        let session = try SealingSession(to: try #require(letterKey), at: Timestamp(seconds: 0))
        var raw = RawLetter()
        (raw.name, raw.email, raw.message) = ("Vera Visitor", "vera@visitor.example", "I like it.")
        let sealed = try session.seal(LetterCoding.bytes(of: try raw.validated()), in: .letter(letter, to: recipient, at: site))
        let garbage = try session.seal([9, 9, 9], in: .letter(letter, to: recipient, at: site))
        let stranger = try VaultKey(.opening(.address), suite: .xWing, epoch: nil, secret: SealFile.secret(9))
        let strangeKey = stranger.sealing
        let strange = try #require(strangeKey).seal(
            try EmailAddress("pat@private.example"), in: .address(of: recipient, at: site, version: 1))

        func changed(_ bytes: [UInt8], at index: Int, to value: UInt8? = nil) -> [UInt8] {
            var bytes = bytes
            bytes[index] = value ?? bytes[index] ^ 1
            return bytes
        }
        func save(
            _ name: String, _ expect: String, _ purpose: String, _ seal: [UInt8], recipient: RecipientID = recipient,
            letter: LetterID = letter, site: String = "photos", version: Int = 1, content: String = ""
        ) throws {
            let text = """
                expect: \(expect)
                purpose: \(purpose)
                site: \(site)
                recipient: \(recipient)
                letter: \(letter)
                version: \(version)
                content: \(content)
                seal: \(Data(seal).base64EncodedString())

                """
            try text.write(to: SealFile.folder.appendingPathComponent(name + ".seal"), atomically: true, encoding: .utf8)
        }
        try save("address-as-made", "opens", "address", address, content: "pat@private.example")
        try save("address-of-another-row", "not-authentic", "address", address, recipient: other)
        try save("address-of-another-site", "not-authentic", "address", address, site: "club")
        try save("address-of-another-version", "not-authentic", "address", address, version: 2)
        try save(
            "address-with-a-bit-changed-in-the-ciphertext", "not-authentic", "address", changed(address, at: address.count - 20))
        try save("address-with-a-bit-changed-in-the-encapsulated-key", "not-authentic", "address", changed(address, at: 20))
        try save("address-with-a-byte-too-many", "not-authentic", "address", address + [0])
        try save("address-without-its-last-byte", "not-authentic", "address", Array(address.dropLast()))
        try save("address-cut-short", "malformed", "address", Array(address.prefix(600)))
        try save("address-of-a-later-format", "unknown-version", "address", changed(address, at: 2, to: 2))
        try save("address-of-an-unknown-suite", "unknown-suite", "address", changed(address, at: 4, to: 7))
        try save("address-under-a-strange-key", "unknown-key", "address", strange)
        try save("address-where-a-letter-is-due", "wrong-purpose", "letter", address)
        try save("nothing", "malformed", "address", [])
        try save("not-a-seal", "malformed", "address", Array("this is no seal at all, but long enough for one".utf8))
        try save("letter-as-made", "opens", "letter", sealed, content: "I like it.")
        try save("letter-of-another-id", "not-authentic", "letter", sealed, letter: otherLetter)
        try save("letter-to-another-recipient", "not-authentic", "letter", sealed, recipient: other)
        try save("letter-of-another-site", "not-authentic", "letter", sealed, site: "club")
        try save("letter-of-another-session", "not-authentic", "letter", changed(sealed, at: 14))
        try save("letter-where-evidence-is-due", "wrong-purpose", "evidence", sealed)
        try save("letter-that-is-none-inside", "bad-content", "letter", garbage)
    }
}
