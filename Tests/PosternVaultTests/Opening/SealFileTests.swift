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
        let opener = SealOpener(ring: try SealFile.ring(in: temporary), secrets: TransientRecordMemory())
        let opened = Result { () throws -> String in
            switch file.purpose {
            case .address: try opener.address(in: file.seal, context: file.context).text
            case .letter: try opener.letter(in: file.seal, context: file.context).text.text
            case .evidence, .report: Hex.text(try opener.record(in: file.seal, context: file.context))
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

    /// Writes the files of the present format, but only on demand: they are there to show a seal that no longer opens. Those of
    /// format 1, and those of addresses of format 2, can no longer be made, and stay. An address of format 3 opens in no file, since the
    /// secret that it needs is in a vault's memory: `OwnSecretSealTests`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["POSTERN_SEALS"] == "write"))
    func `Writing the files`() throws {
        let recipient = RecipientID(high: 0x0199_AB00_0000_0001, low: 1)
        let letter = LetterID(high: 0x0199_AC00_0000_0001, low: 1)
        let site = try SiteID("photos")
        let (addressKey, letterKey) = (try SealFile.addressKey().key.sealing, try SealFile.letterKey().key.sealing)
        let address = try #require(addressKey).seal(
            try EmailAddress("pat@private.example"), in: .address(of: recipient, at: site, version: 1), with: OwnSecret())
        let session = try SealingSession(to: try #require(letterKey), at: Timestamp(seconds: 0))
        var raw = RawLetter()
        (raw.name, raw.email, raw.message) = ("Vera Visitor", "vera@visitor.example", "I like it.")
        let context = SealContext.letter(letter, to: recipient, try Handle("pat"), at: site)
        let plain = LetterCoding.bytes(of: try raw.validated())
        let sealed = try session.seal(plain, in: context)

        func save(
            _ name: String, _ expect: String, _ purpose: String, _ seal: [UInt8], handle: String = "pat", format: UInt8? = nil,
            content: String = ""
        ) throws {
            var seal = seal
            if let format { seal[2] = format }
            let text = """
                expect: \(expect)
                purpose: \(purpose)
                site: photos
                handle: \(handle)
                recipient: \(recipient)
                letter: \(letter)
                version: 1
                content: \(content)
                seal: \(Data(seal).base64EncodedString())

                """
            try text.write(to: SealFile.folder.appendingPathComponent(name + ".seal"), atomically: true, encoding: .utf8)
        }
        try save("address-of-a-later-format", "unknown-version", "address", address, format: 4)
        try save("format-3-address-without-its-own-secret", "no-own-secret", "address", address)
        try save("format-2-letter-as-made", "opens", "letter", sealed, content: "I like it.")
        try save("format-2-letter-to-another-handle", "not-authentic", "letter", sealed, handle: "mallory")
        try save("format-2-letter-as-of-format-1", "not-authentic", "letter", sealed, format: 1)
        try save("letter-of-a-format-for-addresses", "unknown-version", "letter", sealed, format: 3)
        let unpadded = try session.seal(Array(plain.dropLast()), in: context)
        try save("format-2-letter-padded-to-another-length", "bad-content", "letter", unpadded)
    }
}
