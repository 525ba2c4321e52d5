import PosternImport
import Testing

@Suite("A file of an old program is read in its code page, and one that is read in another is doubted")
struct CodePageTests {
    private func file(_ name: [UInt8]) -> [UInt8] {
        Array("handle,name,email\npat,".utf8) + name + Array(",pat@private.example\n".utf8)
    }

    @Test(
        arguments: [
            ("cp437", [0x4A, 0x84, 0x67, 0x65, 0x72], "Jäger"), ("cp850", [0x4D, 0x81, 0x6C, 0x6C, 0x65, 0x72], "Müller"),
            ("IBM850", [0x90, 0xE1, 0x9B], "Éßø"), ("cp858", [0xD5, 0x85], "€à"), ("852", [0xFD, 0x88, 0x86], "řłć"),
            ("cp866", [0x88, 0xA2, 0xA0, 0xAD], "Иван"), ("cp855", [0xB8, 0xEB, 0xA0, 0xD4], "Иван"),
            ("cp737", [0x82, 0xE1], "Γά"), ("cp857", [0x98, 0xA7, 0x9F], "İğş"), ("cp775", [0x88, 0xD3], "łė"),
            ("cp862", [0x83, 0x90, 0x84], "דנה"), ("cp865", [0x9B, 0x86], "øå"), ("koi8-r", [0xE9, 0xD7, 0xC1, 0xCE], "Иван"),
            ("KOI8-U", [0xBD, 0xA7], "Ґї"), ("iso-8859-5", [0xB8, 0xD2, 0xD0, 0xDD], "Иван"),
            ("iso-8859-7", [0xC3, 0xE9, 0xFE], "Γιώ"), ("ISO-8859-9", [0xDD, 0xF0, 0xFE], "İğş"), ("latin5", [0xFD], "ı"),
            ("iso-8859-13", [0xD0, 0xEB], "Šė"), ("iso-8859-16", [0xAA, 0xFE], "Șț"), ("iso-8859-2", [0xF8], "ř"),
            ("x-mac-cyrillic", [0x88, 0xE2, 0xE0, 0xED], "Иван"), ("mac-cyrillic", [0xA2, 0xDF], "Ґя"),
            ("x-mac-ce", [0xDE, 0xB8, 0x8B], "řłč"), ("mac-greek", [0xA1, 0xE9], "Γι"), ("10000", [0x9F], "ü"),
        ] as [(String, [UInt8], String)])
    func `A code page is read when it is named`(name: String, octets: [UInt8], text: String) throws {
        #expect(try Sample(file(octets), encoding: name).added == ["pat|\(text)|pat@private.example|en"])
    }

    // A name in the code page of a DOS program, the encoding that was said, the one to try.
    @Test(
        arguments: [
            ([0x4A, 0x84, 0x67, 0x65, 0x72], "windows-1252", "cp850"), ([0x4D, 0x81, 0x6C, 0x6C, 0x65, 0x72], "latin1", "cp850"),
            ([0x52, 0x65, 0x6E, 0x82], "windows-1252", "cp850"), ([0x4A, 0x94, 0x72, 0x67], "ansi", "cp850"),
            ([0x90, 0x6D, 0x69, 0x6C, 0x65], "windows-1252", "cp850"), ([0x4E, 0x75, 0xA4, 0x65, 0x7A], "cp1252", "cp850"),
            ([0x4A, 0x84, 0x6E], "windows-1250", "cp852"), ([0x8F, 0xA5, 0xE2, 0xE0, 0xAE, 0xA2], "windows-1251", "cp866"),
        ] as [([UInt8], String, String)])
    func `A sign inside a word is doubted, with what to type`(octets: [UInt8], said: String, likely: String) throws {
        let sample = try Sample(file(octets), encoding: said)
        let doubt = try #require(sample.file.doubt)
        #expect(doubt.hasPrefix("line 2 ") && doubt.contains("--encoding \(likely)"), "\(doubt)")
        #expect(sample.file.summary.contains(doubt))
        #expect(try Sample(file(octets), encoding: likely).file.doubt == nil)
    }

    /// O’Brien, d’Arc – Müller, Dušan, Žižek, „Pat“, Iñes\u{A0}M, ª, Œuvre, a name in Cyrillic.
    @Test(
        arguments: [
            ([0x4F, 0x92, 0x42, 0x72], "windows-1252"), ([0x41, 0x96, 0x4D, 0xFC, 0x6C], "windows-1252"),
            ([0x44, 0x75, 0x9A, 0x61, 0x6E], "windows-1252"), ([0x8E, 0x69, 0x9E, 0x65, 0x6B], "windows-1252"),
            ([0x84, 0x50, 0x61, 0x74, 0x93], "windows-1252"), ([0x49, 0xF1, 0x65, 0x73, 0xA0, 0x4D], "windows-1252"),
            ([0x4D, 0xAA], "windows-1252"), ([0x8C, 0x75, 0x76], "windows-1252"), ([0xC8, 0xE2, 0xE0, 0xED], "windows-1251"),
            ([0x50, 0x61, 0x74, 0x99], "windows-1252"), ([0xB3, 0x9F, 0xF3], "windows-1250"),
        ] as [([UInt8], String)])
    func `What people have in their names is not doubted`(octets: [UInt8], said: String) throws {
        #expect(try Sample(file(octets), encoding: said).file.doubt == nil)
    }
}
