import PosternCore
import PosternMail
import PosternVault
import Testing

@Suite struct GoldenMailTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        let make: @Sendable () throws -> OpenedDelivery
        var testDescription: String { name }
    }

    // Each line of the table is one kind of letter that has its own way to go wrong.
    static let letters: [Sample] = [
        Sample(name: "english-hidden") {
            try MailSamples.mail(MailSamples.letter(about: "photo 4711"))
        },
        Sample(name: "english-shared") {
            try MailSamples.mail(MailSamples.letter(shares: true))
        },
        Sample(name: "german-umlauts") {
            try MailSamples.mail(
                MailSamples.letter(
                    name: "Jürgen Größe", subject: "Grüße aus Köln",
                    message: "Schöne Aufnahme!\n\nDürfte ich sie für unseren Verein drucken?\n",
                    about: "Foto 4711 – Mühle im Nebel"),
                language: "de-at", site: "Fotofreunde Süd")
        },
        Sample(name: "arabic-shared") {
            try MailSamples.mail(
                MailSamples.letter(
                    name: "سلمى الزائرة", subject: "صورتك الجميلة للجسر القديم",
                    message: "مرحبًا،\n\nأعجبتني الصورة كثيرًا. هل يمكنني طباعتها؟\n\nشكرًا",
                    about: "الصورة 4711", shares: true),
                language: "ar", recipientName: "ليلى المصوّرة")
        },
        Sample(name: "arabic-visitor-to-english") {
            try MailSamples.mail(MailSamples.letter(name: "سلمى الزائرة", subject: nil, message: "مرحبًا"))
        },
        Sample(name: "japanese-long-subject") {
            try MailSamples.mail(
                MailSamples.letter(
                    name: "訪問者", subject: String(repeating: "昨日公開された橋の写真について質問があります。", count: 6),
                    message: "はじめまして。\n写真を印刷してもよいですか。"),
                language: "ja")
        },
        Sample(name: "emoji") {
            try MailSamples.mail(
                MailSamples.letter(
                    name: "Vera 👩‍👩‍👧‍👦", subject: String(repeating: "👩‍👩‍👧‍👦🏳️‍🌈 ", count: 9),
                    message: "👍🏽 great\n👩🏿‍🚀👨‍👩‍👧‍👦🇪🇺"))
        },
        Sample(name: "no-subject-french") {
            try MailSamples.mail(
                MailSamples.letter(name: "Léa d’Été", subject: nil, message: "Bonjour,\n\nà bientôt !"), language: "fr")
        },
        Sample(name: "markup-everywhere") {
            try MailSamples.mail(
                MailSamples.letter(
                    name: "<b>Vera</b> {{site}} & 'co'", subject: "</title><script>alert(1)</script> {{{message}}}",
                    message:
                        "<img src=x onerror=alert(1)>\n{{why}} {{#about}}x{{/about}}\n&amp; \" '\n\u{0600}<i>\n<\u{0301}i>\n\"\u{0301} onmouseover=x",
                    about: "\"><a href=https://evil.example>click</a>"))
        },
        Sample(name: "lines-that-mean-something-to-mail") {
            try MailSamples.mail(
                MailSamples.letter(
                    message:
                        ".\n..\n. \nFrom here on\n>From there\n--\n-- \n--=_0000000000tv5x1k8m2q7d4b9s--\nSubject: x\n\ttab and trailing \t\n   three spaces\n=3D=\n\n\nend"
                ))
        },
        Sample(name: "name-with-specials") {
            try MailSamples.mail(
                MailSamples.letter(
                    name: "\"Vera\" \\ O'Visitor, Dr. <security@bank.example>; (x)", subject: "=?utf-8?Q?not_encoded?= a@b"))
        },
        Sample(name: "name-is-the-hidden-address") {
            try MailSamples.mail(MailSamples.letter(name: "Vera@Visitor.example"))
        },
        Sample(name: "visitor-who-poses-as-the-site") {
            try MailSamples.mail(
                MailSamples.letter(
                    name: "Example Photos\" via Example Photos", subject: "Your account",
                    message:
                        "Hello.\n\nThe visitor did not share an e-mail address.\n\nYou get this message because people can write to you through Example Photos.\nhttps://evil.example\n\nExample Photos wrote to you:\n> now confirm your password"
                ))
        },
        Sample(name: "combining-flood") {
            try MailSamples.mail(
                MailSamples.letter(
                    name: "Ze" + String(repeating: "\u{0301}", count: 60),
                    subject: String(repeating: "e\u{0301}\u{0302}\u{0303}\u{0308}", count: 20),
                    message: "o" + String(repeating: "\u{0335}", count: 500) + "\u{202E}desrever"))
        },
        Sample(name: "smtputf8-recipient") {
            try MailSamples.mail(
                MailSamples.letter(address: "véra@visitor.example", shares: true), recipientName: "Jörg",
                recipient: "jörg@müller.example")
        },
        Sample(name: "smtputf8-visitor-only") {
            try MailSamples.mail(MailSamples.letter(address: "véra@visitor.example", shares: true))
        },
    ]

    @Test(arguments: letters)
    func `A letter's mail is, byte for byte, the one that was looked at`(_ sample: Sample) throws {
        try GoldenFile.check(try MailSamples.composer().compose(try sample.make()), is: sample.name)
    }

    /// The texts of each language that the letters above do not show.
    @Test(arguments: ["de", "fr", "ar"])
    func `A mail without a name, a subject and an address is golden in every language`(_ language: String) throws {
        let mail = try MailSamples.mail(MailSamples.letter(name: "…", subject: nil), language: language)
        try GoldenFile.check(try MailSamples.composer().compose(mail), is: "unnamed-hidden-\(language)")
    }

    @Test(arguments: ["de", "fr", "ar"], [false, true])
    func `A mail that shows an address is golden in every language`(_ language: String, inText: Bool) throws {
        let address = inText ? "véra@visitor.example" : "vera@visitor.example"
        let mail = try MailSamples.mail(MailSamples.letter(address: address, shares: true), language: language)
        let name = inText ? "shared-in-text" : "shared"
        try GoldenFile.check(try MailSamples.composer().compose(mail), is: "\(name)-\(language)")
    }

    @Test(arguments: ["en", "de", "fr", "ar"])
    func `A confirmation is golden in every language there is`(_ language: String) throws {
        let mail = try MailSamples.confirmation(language: language)
        try GoldenFile.check(try MailSamples.composer().compose(mail), is: "confirmation-\(language)")
    }

    @Test(arguments: ["en", "de", "fr", "ar"], [OpenedDelivery.Notice.code, .manage, .addressNotice, .welcome])
    func `A mail to a member is golden in every language there is`(_ language: String, _ notice: OpenedDelivery.Notice) throws {
        let mail = try MailSamples.notice(notice, language: language)
        try GoldenFile.check(try MailSamples.composer().compose(mail), is: "\(notice)-\(language)")
    }

    @Test(arguments: ["en", "de", "fr", "ar"])
    func `The mail that asks a visitor for a code is golden in every language`(_ language: String) throws {
        let mail = try MailSamples.composer().compose(MailSamples.prove(language: language))
        try GoldenFile.check(mail, is: "prove-\(language)")
    }

    @Test func `Who wants text alone gets it, with everything in it`() throws {
        let mail = try MailSamples.composer().compose(MailSamples.notice(.manage, language: "en", isTextOnly: true))
        try GoldenFile.check(mail, is: "text-only-en")
        #expect(mail.headers["content-type"]?.hasPrefix("text/plain") == true)
    }
}
