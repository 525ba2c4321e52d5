import PosternCore
import Testing

@Suite("A link's spelling of a name means one handle, or one alias")
struct LinkSpellingTests {
    @Test(arguments: [
        ("pat", "pat"), ("pat.p_1-2", "pat.p_1-2"), ("Pat", "pat"), ("PAT", "pat"), ("ｐａｔ", "pat"), ("pat.", "pat"),
        ("pat...", "pat"),
        ("(pat)", "pat"), ("“pat”", "pat"), ("«pat»,", "pat"), ("pat。", "pat"), ("pat」", "pat"), ("pat؟", "pat"), ("pat।", "pat"),
        ("pat\u{200B}", "pat"), ("\u{FEFF}pat\u{A0}", "pat"), ("pat>", "pat"), ("pat&gt", "pat"), ("pat&gt;", "pat"),
        ("pat?lang=de", "pat"), ("pat#x", "pat"), (#"pat">x"#, "pat"), ("pat-", "pat"), ("pat*", "pat"), ("pat%2E", "pat"),
        ("a.b", "a.b"), ("A.B.", "a.b"), ("pat&lang=de", "pat"), ("Pat&utm_source=x&fbclid=y", "pat"),
    ])
    func `A handle is found in what a link says`(spelled: String, handle: String) {
        #expect(Handle(spelled: spelled)?.text == handle)
    }

    @Test(arguments: [
        "", ".", "—", "pat müller", "pat mueller", "o'brien", "müller", "pat/x", "pat@x.example", "pat,sam", "pat&sam",
        "&lang=de", "パット",
        "pаt", String(repeating: "x", count: 65), String(repeating: ".", count: 5_000) + "pat",
    ])
    func `What can be no handle is none`(spelled: String) {
        #expect(Handle(spelled: spelled) == nil)
    }

    @Test(arguments: [("Photos", "photos"), ("photos.", "photos"), ("photo_s", nil), ("", nil)] as [(String, String?)])
    func `A site is found in what a link says`(spelled: String, site: String?) {
        #expect(SiteID(spelled: spelled)?.text == site)
    }

    // Capitals, width, composition, ligatures, the sharp s, both sigmas, and the spaces of other programs.
    @Test(arguments: [
        ("Pat Müller", "pat müller"), ("PAT MÜLLER", "pat müller"), ("Pat Mu\u{308}ller", "pat müller"),
        ("Ｐａｔ　Müller", "pat müller"),
        ("  Pat   Müller. ", "pat müller"), ("Pat+Müller", "pat müller"), ("Pat_Müller", "pat müller"),
        ("Pat%20Müller", "pat müller"),
        ("Straße", "strasse"), ("ΣΊΣΥΦΟΣ", "σίσυφοσ"), ("ﬁona", "fiona"), ("O'Brien", "o'brien"), ("山田 太郎", "山田 太郎"),
        ("فاطمة", "فاطمة"), ("J. R. (Bob)", "j. r. (bob"), ("★ Sakura ★", "sakura"), ("johndoe", "johndoe"),
    ])
    func `An alias is compared without what makes no difference`(text: String, key: String) throws {
        #expect(HandleAlias.key(of: text) == key)
        let alias = try HandleAlias(text)
        #expect(alias.key == key && HandleAlias.key(of: alias.text.uppercased()) == key && HandleAlias.key(of: key) == key)
    }

    @Test(arguments: ["", " ", "★", "a\nb", "pat@private.example", "Pat.Q@private.example ", String(repeating: "x", count: 101)])
    func `What would lead nobody anywhere, or give an address away, is no alias`(text: String) {
        #expect(throws: SlugFault.self) { try HandleAlias(text) }
    }

    @Test func `A text that is far too long is not looked at`() {
        #expect(HandleAlias.key(of: String(repeating: "ﷺ", count: 100_000)) == nil)
        #expect(HandleAlias.key(of: String(repeating: "ﷺ", count: 100)) == nil)
    }
}

struct SecurityContactTests {
    @Test(arguments: [
        ("security@example.org", "mailto:security@example.org"), ("MAILTO:a+b@example.org", "mailto:a%2Bb@example.org"),
        ("https://example.org/report?x=1", "https://example.org/report?x=1"),
    ])
    func `A contact is a URI`(text: String, uri: String) {
        #expect(SecurityContact(text)?.description == uri)
    }

    @Test(arguments: [
        "", "security", "http://example.org", "https://", "https://a b", "https://x.example/\nExpires: x", "tel", "a@b\r\n",
    ])
    func `Anything else is none`(text: String) {
        #expect(SecurityContact(text) == nil)
    }
}
