/// What the staff of a site go by, in the languages of the pages and in others that members read; as skeletons. A language that is
/// added to the pages belongs here.
///
/// Left out is what somebody is called who has that name alone, and short words that are given names in another language: *Al*, *Van*,
/// *Su*.
enum OfficeWords {
    /// Nobody's name.
    static let titles = skeletons([
        "support", "admin", "admins", "administrator", "administrators", "administration", "sysadmin", "moderator", "moderators",
        "postmaster", "webmaster", "hostmaster", "helpdesk", "noreply",
        "administratorin", "moderatorin", "kundendienst", "kundenservice", "systemverwaltung",
        "administrateur", "administratrice", "moderateur", "moderatrice", "webmestre",
        "الدعم", "الإدارة", "المشرف", "المشرفون", "المسؤول",
        // Spanish, Portuguese, Italian, Romanian
        "soporte", "administrador", "administradora", "administradores", "administración", "moderador", "moderadora",
        "moderadores", "suporte", "administração", "supporto", "assistenza", "amministratore", "amministratrice",
        "amministratori",
        "amministrazione", "moderatore", "moderatori", "suport",
        // Dutch, Swedish, Danish, Norwegian, Finnish
        "ondersteuning", "klantenservice", "klantendienst", "beheerder", "beheerders", "sitebeheer", "webbeheer", "kundtjänst",
        "kundsupport", "kundeservice", "kundesupport", "administratör", "administratörer", "asiakaspalvelu", "ylläpito",
        "ylläpitäjä", "moderaattori",
        // Polish, Czech, Slovak, Hungarian, Turkish, Greek
        "wsparcie", "wsparcia", "administracja", "administratorka", "administratorzy", "moderatorka", "moderatorzy", "správce",
        "správca", "administrátorka", "ügyfélszolgálat", "rendszergazda", "adminisztrátor", "moderatör",
        "yönetici", "yöneticisi", "υποστήριξη", "διαχειριστής", "διαχείριση",
        // Russian, Ukrainian, Bulgarian
        "поддержка", "поддержки", "техподдержка", "админ", "админы", "администратор", "администраторы", "администрация",
        "модератор", "модераторы", "вебмастер", "підтримка", "підтримки", "техпідтримка", "адмін", "адміністратор",
        "адміністрація", "поддръжка",
        // Hebrew, Persian, Chinese, Japanese, Korean
        "תמיכה", "הנהלה", "پشتیبانی", "客服", "管理员", "管理員", "系统管理员", "客户服务", "サポート", "カスタマーサポート", "管理者",
        "モデレーター", "고객센터", "관리자", "운영자", "고객지원",
    ])

    /// Several words that say it together, and as one.
    static let phrases = skeletons([
        "no reply", "do not reply", "help desk", "customer service", "customer care", "mailer daemon", "mail delivery subsystem",
        "trust and safety", "nicht antworten", "bitte nicht antworten", "ne pas répondre", "service client", "service clients",
        "خدمة العملاء", "لا ترد", "عدم الرد", "مدير الموقع",
        "servicio al cliente", "atención al cliente", "no responder", "no responda", "no contestar", "serviço ao cliente",
        "atendimento ao cliente", "apoio ao cliente", "não responder", "não responda", "servizio clienti", "non rispondere",
        "serviciul clienți", "nu răspundeți", "niet beantwoorden", "niet antwoorden", "svara inte", "svar ikke", "ikke svar",
        "älä vastaa", "obsługa klienta", "biuro obsługi klienta", "nie odpowiadaj", "zákaznický servis", "neodpovídejte",
        "ne válaszoljon", "müşteri hizmetleri", "yanıtlamayın", "εξυπηρέτηση πελατών", "μην απαντάτε", "не отвечать",
        "не отвечайте", "обслуживание клиентов", "не відповідати", "обслуговування клієнтів", "hỗ trợ", "hỗ trợ khách hàng",
        "quản trị viên", "layanan pelanggan", "שירות לקוחות",
    ])

    /// Offices that may be a surname, or a firm's word beside others.
    static let offices = skeletons([
        "security", "moderation", "mod", "mods", "staff", "team", "root", "system", "official", "service", "abuse", "help",
        "info",
        "operator", "notification", "notifications", "alert", "alerts", "billing", "verification", "mailer", "daemon",
        "sicherheit", "redaktion", "hilfe", "betreiber", "verwaltung", "benachrichtigung",
        "sécurité", "modération", "assistance", "aide", "équipe", "gestionnaire", "direction",
        "دعم", "إدارة", "مدير", "الأمن", "الأمان", "أمن", "فريق", "النظام", "مسؤول", "إشعار", "مشرف",
        "ayuda", "equipo", "seguridad", "dirección", "redacción", "gestión", "asistencia", "verificación", "facturación",
        "notificación", "notificaciones", "aviso", "avisos", "servicio", "sistema", "oficial", "atención",
        "ajuda", "equipa", "equipe", "segurança", "direção", "redação", "gestão", "assistência", "verificação", "faturamento",
        "notificação", "notificações", "serviço", "atendimento",
        "aiuto", "sicurezza", "direzione", "redazione", "gestione", "gestore", "servizio", "verifica", "notifica", "notifiche",
        "avviso", "ufficiale", "ajutor", "echipa", "securitate",
        "hulp", "beveiliging", "veiligheid", "directie", "redactie", "beheer", "melding", "meldingen", "dienst",
        "hjälp", "hjelp", "hjælp", "säkerhet", "sikkerhet", "sikkerhed", "tuki", "turvallisuus",
        "pomoc", "zespół", "bezpieczeństwo", "bezpieczeństwa", "redakcja", "dyrekcja", "obsługa", "powiadomienie",
        "powiadomienia", "serwis", "podpora", "podpory", "bezpečnost", "redakce", "tým", "správa", "upozornění", "segítség",
        "biztonság",
        "szerkesztőség",
        "destek", "yardım", "ekip", "ekibi", "güvenlik", "yönetim", "yönetimi", "bildirim", "hizmet",
        "βοήθεια", "ασφάλεια", "ομάδα",
        "помощь", "команда", "безопасность", "безопасности", "редакция", "руководство", "сервис", "служба", "уведомление",
        "уведомления", "система", "допомога", "безпека", "редакція", "сповіщення",
        "官方", "支持", "团队", "安全", "帮助", "運営", "事務局", "セキュリティ", "지원팀", "보안팀", "공식",
    ])

    /// Words that stand beside these.
    private static let fillers = skeletons([
        "the", "our", "your", "of", "for", "and", "a", "an", "from", "desk", "department", "account", "accounts", "site",
        "website",
        "web", "online", "customer", "technical", "tech", "mail", "email", "user", "users", "member", "members", "center",
        "centre",
        "das", "der", "die", "des", "vom", "ihr", "von", "und", "kunden", "konto", "seite", "webseite", "technik",
        "le", "la", "les", "l", "de", "du", "d", "et", "votre", "compte", "client", "clients", "technique",
        "الموقع", "موقع", "الفني", "حساب", "حسابك", "العملاء", "خدمة", "الرسمي",
        "del", "los", "las", "para", "cuenta", "cuentas", "sitio", "página", "técnico", "técnica", "cliente", "clientes",
        "centro",
        "departamento", "área", "usuario", "usuarios", "correo", "sua", "conta", "contas", "usuários", "utilizador",
        "utilizadores", "dei", "della", "tuo", "sito", "clienti", "tecnico", "reparto", "utenti",
        "het", "een", "voor", "uw", "klanten", "technische", "afdeling", "dla", "konta", "strony", "techniczna", "techniczne",
        "techniczny", "klienta", "dział", "centrum", "technická", "için", "hesap", "hesabı", "sitesi", "müşteri", "teknik",
        "merkezi",
        "birimi",
        "для", "сайта", "сайт", "аккаунт", "аккаунта", "клиентов", "техническая", "технической", "отдел", "центр", "портала",
    ])

    static let named = titles.union(offices)
    static let all = named.union(fillers)

    /// Those that can be told in a compound.
    static let long = all.filter { $0.utf8.count >= 3 }
    static let lengths = Set(long.map(\.utf8.count)).sorted()

    /// Whether one of those could begin here. Nearly no name gets further.
    static func begins(with bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count >= 3 && beginnings.contains(beginning(of: bytes))
    }

    private static let beginnings = Set(long.map { beginning(of: Array($0.utf8)[...]) })

    private static func beginning(of bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.prefix(3).reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func skeletons(_ words: [String]) -> Set<String> {
        Set(words.map { NameSkeleton($0).joined })
    }
}
