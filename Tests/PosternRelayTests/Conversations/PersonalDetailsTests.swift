import PosternCore
import PosternRelay
import Testing

@Suite("The guard finds what tells who somebody is, and leaves other words and numbers alone")
struct PersonalDetailsTests {
    private func found(_ text: String) -> [String] {
        PersonalDetails.found(in: text).map { "\($0.kind.rawValue): \($0.found)" }
    }

    // However people write an address.
    @Test(arguments: [
        ("Mail pat@studio.example please", "pat@studio.example"),
        ("(pat.miller+x@mail.studio.example)", "pat.miller+x@mail.studio.example"),
        ("pat @ studio.example", "pat @ studio.example"), ("pat＠studio．example", "pat＠studio．example"),
        ("pat (at) studio.example", "pat (at) studio.example"), ("pat[at]studio[dot]example", "pat[at]studio[dot]example"),
        ("pat{at}studio.example", "pat{at}studio.example"), ("pat at studio dot example", "pat at studio dot example"),
        ("pat AT studio DOT example", "pat AT studio DOT example"), ("patATstudioDOTexample", "patATstudioDOTexample"),
        ("pat-at-studio.example", "pat-at-studio.example"), ("pat ät studio punkt de", "pat ät studio punkt de"),
        ("pat (ät) studio (punkt) de", "pat (ät) studio (punkt) de"),
        ("pat arobase studio point fr", "pat arobase studio point fr"),
        ("pat (arroba) studio.example", "pat (arroba) studio.example"), ("I am pat at gmail", "pat at gmail"),
        ("pat at gmail.com.", "pat at gmail.com"), ("pat@gmail", "pat@gmail"), ("pat%40studio.example", "pat%40studio.example"),
        ("pat&#64;studio.example", "pat&#64;studio.example"), ("p a t @ s t u d i o . e x", "t @ s t u d i o . e x"),
        ("mein.name@müller.example", "mein.name@müller.example"), ("بريدي pat@studio.example", "pat@studio.example"),
        ("pat آت studio نقطة com", "pat آت studio نقطة com"), ("<mailto:pat@studio.example>", "pat@studio.example"),
        ("pat (at) studio (dot) co (dot) uk!", "pat (at) studio (dot) co (dot) uk"),
    ])
    func `E-mail addresses, also disguised`(text: String, expected: String) {
        #expect(found(text).first == "email: \(expected)")
    }

    // However people of different countries write a number.
    @Test(arguments: [
        "+49 171 2345678", "+49 (0)171 234 56 78", "0049 171 2345678", "0171 2345678", "0171/2345678", "01712345678",
        "030-901820-0",
        "(030) 90 18 20", "+43 1 58858", "+41 44 668 18 00", "06 12 34 56 78", "06.12.34.56.78", "0612345678",
        "+33 6 12 34 56 78",
        "020 7946 0958", "+44 20 7946 0958", "07700 900123", "(212) 555-0123", "212-555-0123", "212.555.0123", "1-212-555-0123",
        "+1 212 555 0123", "612 345 678", "347 1234567", "22 12 34 56", "+966 50 123 4567", "050 123 4567", "٠٥٠١٢٣٤٥٦٧",
        "+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧", "010 1234 5678", "+86 138 0013 8000", "090-1234-5678",
    ])
    func `Telephone numbers`(number: String) {
        #expect(found("You can reach me under \(number) in the evening.") == ["phone: \(number)"])
    }

    @Test(arguments: [
        ("Tel. 2345678", "2345678"), ("call 555 0123", "555 0123"), ("WhatsApp: 1712345678", "1712345678"),
        ("هاتف 2345678", "2345678"),
    ])
    func `A word before it makes a shorter number one to dial`(text: String, number: String) {
        #expect(found(text) == ["phone: \(number)"])
    }

    // Numbers that nobody dials.
    @Test(arguments: [
        "taken on 12.10.2026", "01.02.2026", "2026-11-28", "on 01.02.2026 18 people", "from 01.02.2026 - 03.02.2026",
        "28/11/2026",
        "12. 10. 2026", "2019-2024", "2026-11-28 19:38", "at 18.30", "12.10.26",
        "1.234.567,89 €", "€ 1.250.000", "it costs 612 345 678 EUR", "1 234 567", "12.345.678", "$ 1,250,000", "100 000 000",
        "ISBN 978-3-16-148410-0", "978-3-16-148410-0", "ISBN 0-306-40615-2", "0-306-40615-2",
        "photo 0471108150", "Foto Nr. 0171 2345678", "#0471108150", "IMG_0171234567", "DSC01712345678", "4711081512",
        "order 0012345678",
        "f/2.8, 1/250 s, ISO 100", "52.520008 13.404954", "192.168.0.1", "1920 x 1080", "3:2", "24-70 mm", "10.0.19045.3448",
        "in 1998 and 2003", "36 x 24", "75011 Paris", "photo 123/456", "20261128193848",
    ])
    func `Dates, prices, ISBNs and numbers of photos are none`(text: String) {
        #expect(found(text) == [], "\(text)")
    }

    // Where people live, in four languages.
    @Test(arguments: [
        ("Ich wohne Hauptstraße 12 in Köln", "Hauptstraße 12"), ("Musterweg 5a", "Musterweg 5a"),
        ("Berliner Straße 5", "Berliner Straße 5"),
        ("Bahnhofstr. 7", "Bahnhofstr. 7"), ("am Potsdamer Platz 1", "Potsdamer Platz 1"), ("Postfach 1234", "Postfach 1234"),
        ("221B Baker Street, London", "221B Baker Street"), ("Come to 10 Downing St.", "10 Downing St"),
        ("1600 Pennsylvania Avenue", "1600 Pennsylvania Avenue"), ("P.O. Box 123", "P.O. Box 123"),
        ("12 rue de la Paix, Paris", "12 rue de la Paix"), ("12 bis, avenue Victor-Hugo", "12 bis, avenue Victor-Hugo"),
        ("3 place de la République", "3 place de la République"), ("٢٥ شارع التحرير", "٢٥ شارع التحرير"),
        ("شارع التحرير 25", "شارع التحرير 25"),
        ("ص.ب. 1234", "ص.ب. 1234"),
    ])
    func `Street addresses`(text: String, expected: String) {
        #expect(found(text) == ["street: \(expected)"])
    }

    @Test(arguments: [
        "auf Platz 1", "we won 3 places", "1 place de parking", "Unterwegs 3 Stunden", "5 Minutes away", "er ging 3 Wege",
        "in 2 Way", "the street 5",
        "Frühling 2020", "la rue est belle", "شارع جميل", "24 hours", "Photo 12 of the Street",
    ])
    func `Words that only look like streets`(text: String) {
        #expect(found(text) == [], "\(text)")
    }

    @Test(arguments: [
        ("see https://pat.example/prints?x=1", "https://pat.example/prints?x=1"),
        ("www.patmiller.example", "www.patmiller.example"),
        ("my page patmiller.com.", "patmiller.com"), ("instagram.com/pat", "instagram.com/pat"),
        ("I am @pat_miller there", "@pat_miller"),
        ("HTTP://PAT.EXAMPLE", "HTTP://PAT.EXAMPLE"), ("pat-miller.photography/shop", "pat-miller.photography/shop"),
    ])
    func `Web addresses`(text: String, expected: String) {
        #expect(found(text) == ["web: \(expected)"])
    }

    @Test(arguments: [
        "That was it.It rained", "z.B. so", "e.g. this", "the file IMG_1234.jpg", "3.5 and 4.5", "Mr.Miller", "well...de",
        "@ home", "a@b", "5 @ 3 €",
        "meet me at noon", "look at it", "at the harbour. Then home.", "I saw it at Orange, dot", "the point at issue",
        "photo.tif", "Zeiss 1.4",
    ])
    func `Sentences without a blank, files and single signs are none`(text: String) {
        #expect(found(text) == [], "\(text)")
    }

    @Test func `The site's own pages tell nothing`() throws {
        let origin = try #require(WebOrigin("https://photos.example"))
        let text = "https://photos.example/pat/4711 and www.photos.example, but https://photos.example.evil.example/"
        #expect(
            PersonalDetails.found(in: text, exceptAt: [origin]) == [PersonalDetail(.web, "https://photos.example.evil.example/")])
    }

    @Test(arguments: [
        ("Hello\n-- \nPat Miller\nPhotographer", "Pat Miller Photographer"), ("Hello\n--\nPat", "Pat"),
        ("Hello\n———\nPat\n", "Pat"),
        ("Yes.\n\nKind regards,\nPat\nMiller Studios", "Pat Miller Studios"),
        ("Ja.\nViele Grüße\nPat Müller\nFotografin", "Pat Müller Fotografin"),
        ("Oui.\nBien cordialement,\nPat\nStudio Pat", "Pat Studio Pat"), ("نعم\nمع التحية\nبات\nاستوديو", "بات استوديو"),
    ])
    func `Signatures`(text: String, expected: String) {
        #expect(found(text) == ["signature: \(expected)"])
    }

    @Test(arguments: [
        "Yes.\nKind regards,\nPat", "Yes.\nCheers\nPat\nPS: It was cold.",
        "Kind regards from the harbour, where it rains.\nAnd more.\nAnd more.",
        "One\n--\n" + String(repeating: "Another line of the letter.\n", count: 14),
        "Best of all was the light.\nA second line.\nA third.",
        "Hello\n--", "- one\n- two",
    ])
    func `A name after a greeting is no signature, nor is what follows a dash in a letter`(text: String) {
        #expect(found(text) == [], "\(text)")
    }

    @Test func `Each thing once, a few of a kind, and no long quotation`() {
        let text = (0..<9).map { "p\($0)@studio.example p\($0)@studio.example" }.joined(separator: "\n")
        #expect(PersonalDetails.found(in: text).map(\.found) == (0..<5).map { "p\($0)@studio.example" })
        let long = PersonalDetails.found(in: "https://x.example/" + String(repeating: "a", count: 5_000))
        #expect(long.count == 1 && long.allSatisfy { $0.found.count <= 121 })
        #expect(PersonalDetails.found(in: "") == [] && PersonalDetails.found(in: "\n\n\n") == [])
    }
}
