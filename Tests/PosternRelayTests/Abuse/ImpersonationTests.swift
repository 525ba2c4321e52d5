import PosternCore
import PosternRelay
import PosternTestSupport
import Testing

@Suite("T5: nobody goes by the name of the site or of its staff without a person having looked")
struct ImpersonationTests {
    private static func impersonation(_ name: String = "Example Photos") throws -> Impersonation {
        Impersonation(
            of: Site(
                id: try SiteID("photos"), name: try HeaderText(name, limit: 100),
                origins: [WebOrigin("https://www.photos.example:8443")].compactMap { $0 }))
    }

    @Test(arguments: [
        // the site: spaced otherwise, in Cyrillic, Greek, full width, mathematical letters, digits, look-alikes
        "Example Photos", "example-photos", "ExamplePhotos", "E x a m p l e Photos", "Еxаmрlе Рhоtоs", "ΕΧΑΜΡLΕ ΡΗΟΤΟS",
        "Ｅｘａｍｐｌｅ Ｐｈｏｔｏｓ", "𝓔𝔁𝓪𝓶𝓹𝓵𝓮 𝓟𝓱𝓸𝓽𝓸𝓼", "Examp1e Ph0t0s", "ExampIe Photos", "Exarnple Photos", "Éxample Phötos",
        "Example Photos Team", "Team ExamplePhotos", "Vera from Example Photos", "Example Photos (official)", "photos.example",
        // offices
        "Support", "SUPPORT TEAM", "Suppоrt", "sᴜᴘᴘᴏʀᴛ", "Support24", "Support!", "Vera (Support)", "Suppørt", "Admin", "Αdmin",
        "ΑDΜΙΝ", "Adm1n",
        "@dmin", "A d m i n", "1Admin", "siteadmin", "Security", "Security Team", "SecurityTeam", "Account Security", "Moderator",
        "Postmaster", "no-reply", "No Reply", "N0-Reply", "noreply@photos.example", "Do not reply", "Mailer-Daemon", "Staff",
        "Kundendienst", "Administratorin", "Sicherheit", "Bitte nicht antworten", "Sécurité", "L’équipe du site", "Modératrice",
        "Service client", "Ne pas répondre", "الدعم", "الدعم الفني", "إدارة الموقع", "الـدعم", "فريق الدعم", "خدمة العملاء",
        // in languages that the pages do not have, members read them all the same
        "Soporte", "SOPORTE TÉCNICO", "Soporte24", "Vera (Soporte)", "Soрorte", "S0porte", "Equipo de seguridad",
        "Centro de ayuda",
        "Atención al cliente", "Administración del sitio", "Suporte", "Equipe de Segurança", "Atendimento ao Cliente",
        "Não responda", "Assistenza", "Assistenza Clienti", "Amministratore", "Sicurezza", "Non rispondere", "Klantenservice",
        "Ondersteuning", "Technische dienst", "Niet beantwoorden", "Wsparcie techniczne", "Zespół bezpieczeństwa",
        "Obsługa klienta", "Technická podpora", "Teknik destek", "Güvenlik ekibi", "Müşteri hizmetleri", "Поддержка",
        "Служба поддержки", "Техническая поддержка", "Админ", "Администрация сайта", "Служба безопасности", "Не отвечать",
        "Підтримка", "Kundtjänst", "Asiakaspalvelu", "Ügyfélszolgálat", "Suport", "Υποστήριξη", "תמיכה", "客服", "管理员",
        "サポート", "고객센터", "Hỗ trợ khách hàng",
    ])
    func `Such a name is recognised, however it is written`(name: String) throws {
        #expect(try Self.impersonation().isLike(name))
    }

    @Test(arguments: [
        "Vera Visitor", "Anna Photos", "Max Example", "Photos", "Meyer Security GmbH", "Amin", "Teamwork Müller", "Léa d’Été",
        "訪問者",
        "سلمى الزائرة", "Иван Петров", "Ms Root-Jones", "Νίκος", "Moder", "Sam Staff", "Dana", "Aida", "Modesta", "Amod", "2026",
        "🦊", "…",
        "4", "Team Rot-Weiß", "Rootes", "Ina Fo", "O'Hara", "Adminah", "Serviceman Bob",
        // a word of an office as somebody's name
        "Petr Podpora", "Ali Destek", "Destek Yılmaz", "Maria da Ajuda Santos", "مشرف التميمي", "Max Dienst", "Juan Aviso",
        "Del Rey", "Los Santos", "Van Team", "Al Staff", "Иван Служба", "Della Reese", "Centro Rossi", "Assisi Tenza",
    ])
    func `Another name is not`(name: String) throws {
        #expect(try !Self.impersonation().isLike(name))
    }

    // One word may be a surname: it counts alone and beside words of an office.
    @Test(arguments: [
        ("Weber", true), ("W3ber", true), ("Weber Support", true), ("WeberTeam", true), ("Team Weber", true), ("Weber 2", true),
        ("Max Weber", false), ("Weberin", false),
    ])
    func `A site of one word does not hold everybody of that name`(name: String, isLike: Bool) throws {
        #expect(try Self.impersonation("Weber").isLike(name) == isLike)
    }

    @Test(arguments: [("Φωτογραφίες", "ΦΩΤΟΓΡΑΦΙΕΣ"), ("Фотоклуб", "фото клуб"), ("صور مثال", "صُوَر مثال"), ("写真", "写真")])
    func `A site's name in another script is compared in that script`(site: String, name: String) throws {
        #expect(try Self.impersonation(site).isLike(name))
    }

    @Test func `Any name is judged quickly`() throws {
        let impersonation = try Self.impersonation()
        let names = ["supportteam", "a", "@1!", "\u{130}", "w", "الدعم"].map {
            String(repeating: $0, count: 100 / $0.unicodeScalars.count)
        }
        let took = Figure.processorTime { for name in names { for _ in 0..<10 { _ = impersonation.isLike(name) } } }
        #expect(Figure.isCheap("60 names", took, limit: .milliseconds(500)))
    }
}
