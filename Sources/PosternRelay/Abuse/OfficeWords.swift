/// What the staff of a site go by, in the languages of the pages; as skeletons. A language that is added to the pages belongs here.
enum OfficeWords {
    /// Nobody's name.
    static let titles = skeletons([
        "support", "admin", "admins", "administrator", "administrators", "administration", "sysadmin", "moderator", "moderators",
        "postmaster", "webmaster", "hostmaster", "helpdesk", "noreply",
        "administratorin", "moderatorin", "kundendienst", "kundenservice", "systemverwaltung",
        "administrateur", "administratrice", "moderateur", "moderatrice", "webmestre",
        "الدعم", "الإدارة", "المشرف", "المشرفون", "مشرف", "المسؤول",
    ])

    /// Several words that say it together, and as one.
    static let phrases = skeletons([
        "no reply", "do not reply", "help desk", "customer service", "customer care", "mailer daemon", "mail delivery subsystem",
        "trust and safety", "nicht antworten", "bitte nicht antworten", "ne pas répondre", "service client", "service clients",
        "خدمة العملاء", "لا ترد", "عدم الرد", "مدير الموقع",
    ])

    /// Offices that may be a surname, or a firm's word beside others.
    static let offices = skeletons([
        "security", "moderation", "mod", "mods", "staff", "team", "root", "system", "official", "service", "abuse", "help",
        "info",
        "operator", "notification", "notifications", "alert", "alerts", "billing", "verification", "mailer", "daemon",
        "sicherheit", "redaktion", "hilfe", "betreiber", "verwaltung", "benachrichtigung",
        "sécurité", "modération", "assistance", "aide", "équipe", "gestionnaire", "direction",
        "دعم", "إدارة", "مدير", "الأمن", "الأمان", "أمن", "فريق", "النظام", "مسؤول", "إشعار",
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
