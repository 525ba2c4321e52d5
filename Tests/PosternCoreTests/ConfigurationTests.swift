import PosternCore
import Testing

@Suite("A configuration holds together or names every fault")
struct ConfigurationTests {
    static let least = [
        "POSTERN_PUBLIC_URL": "https://contact.example.org", "POSTERN_MAIL_FROM": "contact@relay.example.org",
        "POSTERN_SMTP_URL": "smtps://mail.example.org",
    ]

    @Test func `Three settings are enough, and the others have the defaults of the contract`() throws {
        let configuration = try Configuration(Self.least, home: "/srv/postern")
        #expect(configuration.listen.description == "127.0.0.1:8080")
        #expect(configuration.staffListen.description == "127.0.0.1:8081")
        #expect(configuration.database == .sqlite(path: "/srv/postern/store/postern.sqlite"))
        #expect(configuration.mail.lanes == 8)
        #expect(configuration.mail.smarthost.port == 465)
        #expect(configuration.mail.demoMailbox == nil)
        #expect(configuration.limits.client.description == "3,5/1h,20/1d")
        #expect(configuration.limits.requests.description == "3000,3000/1m")
        #expect(configuration.retention.letters == .days(28))
        #expect(configuration.retention.evidence == .days(90))
        #expect(configuration.retention.outcomes == .days(180))
        #expect(configuration.reveals == RevealRule(most: 30, needsTwo: false))
    }

    // We speak no TLS, and nobody else reaches the loopback interface.
    @Test(arguments: [
        ("https://contact.example.org", "127.0.0.1:8080", true), ("https://contact.example.org", "0.0.0.0:8080", true),
        ("http://contact.example.org", "127.0.0.1:8080", true), ("http://contact.example.org", "[::1]:8080", true),
        ("http://contact.example.org", "0.0.0.0:80", false), ("http://192.168.1.5:8080", "192.168.1.5:8080", false),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", false), ("http://[::1]:8080", "[::1]:8080", false),
        ("http://localhost:8080", "127.0.0.1:8080", false),
    ])
    func `It is known where visitors can come through a proxy only`(url: String, listen: String, isBehindProxy: Bool) throws {
        let own = ["POSTERN_PUBLIC_URL": url, "POSTERN_LISTEN": listen]
        #expect(try Configuration(Self.least.merging(own) { $1 }, home: "/srv/postern").isBehindProxy == isBehindProxy)
    }

    @Test func `H8: what is in effect, written down, gives the same configuration`() throws {
        var settings = Self.least.merging([
            "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32,2001:db8::/32", "POSTERN_SMTP_USER": "postern",
            "POSTERN_SMTP_PASSWORD_FILE": "/secret", "POSTERN_LIMIT_CLIENT": "off", "POSTERN_BUDGET_GLOBAL": "7/1h",
            "POSTERN_RETENTION_LETTERS": "30d", "POSTERN_CAGE": "required", "POSTERN_RELAY_USER": "relay",
            "POSTERN_REVEALS": "7/1d", "POSTERN_REVEAL_TWO_PERSONS": "on",
            "POSTERN_SECRETS_COPY": "/mnt/other/postern/postern-secrets",
        ]) { $1 }
        for url in ["smtps://mail.example.org", "smtp://mail.example.org:2525", "demo://127.0.0.1:8025"] {
            settings["POSTERN_SMTP_URL"] = url
            let first = try Configuration(settings, home: "/srv/postern")
            let texts = Dictionary(uniqueKeysWithValues: Setting.allCases.map { ($0.rawValue, first.text(of: $0)) })
            let second = try Configuration(texts.compactMapValues { $0 }, home: "/srv/postern")
            for setting in Setting.allCases { #expect(second.text(of: setting) == first.text(of: setting), "\(setting)") }
            #expect(texts["POSTERN_BUDGET_GLOBAL"] == "7/1h" && texts["POSTERN_LEASE"] == "45m")
            #expect(texts["POSTERN_SECRETS_COPY"] == "/mnt/other/postern/postern-secrets")
        }
    }

    /// setting, value that is wrong
    static let wrong: [(String, String)] = [
        ("POSTERN_PUBLIC_URL", "contact.example.org"), ("POSTERN_PUBLIC_URL", "https://contact.example.org/path"),
        ("POSTERN_LISTEN", "8080"), ("POSTERN_LISTEN", "127.0.0.1"), ("POSTERN_LISTEN", "127.0.0.1:99999"),
        ("POSTERN_LISTEN", "::1:80"),
        ("POSTERN_STAFF_LISTEN", ":"), ("POSTERN_TRUSTED_PROXIES", "10.0.0.0/40"),
        ("POSTERN_TRUSTED_PROXIES", "10.0.0.1/8"), ("POSTERN_TRUSTED_PROXIES", "proxy"),
        ("POSTERN_TRUSTED_PROXIES", "0.0.0.0/0"), ("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32,::/0"),
        ("POSTERN_TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1"), ("POSTERN_DATABASE", "postgres://x"),
        ("POSTERN_DATABASE", "sqlite:relative.db"), ("POSTERN_MAIL_FROM", "nobody"), ("POSTERN_SMTP_URL", "http://x"),
        ("POSTERN_SMTP_URL", "smtp://user:hunter2@x"), ("POSTERN_SMTP_URL", "demo://example.org:25"),
        ("POSTERN_SMTP_TLS", "maybe"),
        ("POSTERN_SMTP_TLS", "off"), ("POSTERN_SMTP_LANES", "0"), ("POSTERN_SMTP_LANES", "65"), ("POSTERN_SMTP_LANES", "many"),
        ("POSTERN_LIMIT_CLIENT", "5"), ("POSTERN_LIMIT_RECIPIENT", "5/hour"), ("POSTERN_LIMIT_GLOBAL", "none"),
        ("POSTERN_BUDGET_RECIPIENT", "3,5/1h"), ("POSTERN_BUDGET_GLOBAL", "5/1h,9/1d"), ("POSTERN_BUDGET_ADDRESS", "5/2d"),
        ("POSTERN_BUDGET_ENROL", "3,5/1h"), ("POSTERN_BUDGET_ENROL", "1/1h,2/1h,3/1h"), ("POSTERN_BUDGET_MANAGE", "5/1h,9/1d"),
        ("POSTERN_LIMIT_CLIENT", "5/7d"), ("POSTERN_LIMIT_CLIENT", "100,5/1d"),
        ("POSTERN_LIMIT_GLOBAL", "3,5/1h"), ("POSTERN_LIMIT_GLOBAL", "1/1h,2/1h,3/1h"),
        ("POSTERN_LIMIT_REQUESTS", "x"), ("POSTERN_LIMIT_SENDER", "x"), ("POSTERN_LIMIT_TEXT", "0/1h"),
        ("POSTERN_STAFF_LISTEN", "127.0.0.1:8080"),
        ("POSTERN_RETENTION_LETTERS", "5d"), ("POSTERN_RETENTION_LETTERS", "28"), ("POSTERN_RETENTION_EVIDENCE", "0d"),
        ("POSTERN_RETENTION_OUTCOMES", "forever"), ("POSTERN_RETENTION_REPORTS", "90"),
        ("POSTERN_SECURITY_CONTACT", "nobody"), ("POSTERN_SECURITY_CONTACT", "a@x.example,http://x.example"),
        ("POSTERN_LOG_LEVEL", "loud"), ("POSTERN_LEASE", "soon"), ("POSTERN_WITHDRAWAL", "2h"), ("POSTERN_NAME", "x"),
        ("POSTERN_JOURNAL_COPY", "checkpoints"), ("POSTERN_JOURNAL_COPY", "/srv/postern/vault/copy"),
        ("POSTERN_JOURNAL_COPY", "/a/../b"), ("POSTERN_BAN_FILE", "syslog"), ("POSTERN_BAN_FILE", "refused"),
        ("POSTERN_BAN_FILE", "/srv/postern/refused"), ("POSTERN_SECRETS_COPY", "postern-secrets"),
        ("POSTERN_SECRETS_COPY", "syslog"), ("POSTERN_SECRETS_COPY", "/srv/postern/vault/copy"),
        ("POSTERN_SECRETS_COPY", "/mnt/../srv/copy"), ("POSTERN_SECRETS_COPY", "/mnt/other/"),
        ("POSTERN_JOURNAL_COPY", "/var/log/"), ("POSTERN_REVEALS", "30"), ("POSTERN_REVEALS", "0/1d"),
        ("POSTERN_REVEALS", "30/1h"), ("POSTERN_REVEALS", "5,30/1d"), ("POSTERN_REVEALS", "10000/1d"),
        ("POSTERN_REVEALS", "off"), ("POSTERN_REVEALS", "30/1d,5/1d"), ("POSTERN_REVEAL_TWO_PERSONS", "yes"),
    ]

    @Test(arguments: wrong)
    func `A wrong value is one fault that names its key and a remedy`(key: String, value: String) throws {
        let faults = try #require(throws: SettingFaults.self) {
            try Configuration(Self.least.merging([key: value]) { $1 }, home: "/srv/postern")
        }
        #expect(faults.all.count == 1, "\(faults)")
        #expect(faults.all.allSatisfy { !$0.remedy.isEmpty })
        #expect(["POSTERN_SMTP_URL", key].contains(faults.all.first?.key ?? ""))
        #expect(!faults.description.contains("hunter2"))
    }

    // Every way to write an address that another machine could reach, and names, which may resolve to one.
    @Test(arguments: [
        "0.0.0.0:8081", "[::]:8081", "192.168.1.20:8081", "[fe80::1]:8081", "[2001:db8::7]:8081", "[::ffff:0.0.0.0]:8081",
        "[::ffff:192.0.2.1]:8081", "localhost:8081", "staff.example.org:8081", "127.example.org:8081", "0:8081", "127.1:8081",
    ])
    func `The staff's pages may be reached from this machine only, or under an https address of theirs`(address: String) throws {
        let faults = try #require(throws: SettingFaults.self) {
            try Configuration(Self.least.merging(["POSTERN_STAFF_LISTEN": address]) { $1 }, home: "/srv/postern")
        }
        #expect(faults.all.map(\.key) == ["POSTERN_STAFF_LISTEN"])
        #expect(faults.description.contains("no POSTERN_STAFF_URL is set") && faults.description.contains("ssh -L"))
        let local = ["POSTERN_STAFF_LISTEN": address, "POSTERN_STAFF_URL": "http://localhost:8081"]
        let still = try #require(throws: SettingFaults.self) {
            try Configuration(Self.least.merging(local) { $1 }, home: "/srv/postern")
        }
        #expect(still.description.contains("POSTERN_STAFF_URL is not https"))
        let open = ["POSTERN_STAFF_LISTEN": address, "POSTERN_STAFF_URL": "https://desk.example.org/"]
        let configuration = try Configuration(Self.least.merging(open) { $1 }, home: "/srv/postern")
        #expect(configuration.staffURL.description == "https://desk.example.org")
    }

    // Browsers take a passkey for a name alone, and cookies that are safe from others over HTTPS, or from this machine.
    @Test(arguments: [
        ("https://desk.example.org", true), ("https://desk.example.org:8443", true), ("http://localhost:8081", true),
        ("http://localhost", true), ("http://desk.example.org", false), ("https://192.0.2.1", false), ("https://[::1]", false),
        ("http://127.0.0.1:8081", false), ("desk.example.org", false), ("https://desk.example.org/desk", false),
        ("http://localhost.evil.example", false),
    ])
    func `The staff's pages have an address that passkeys can be made for`(url: String, isOne: Bool) {
        let configuration = try? Configuration(
            Self.least.merging(["POSTERN_STAFF_URL": url]) { $1 }, home: "/srv/postern")
        #expect((configuration != nil) == isOne)
    }

    @Test func `By itself it is localhost, at the port that the staff's pages listen at`() throws {
        let configuration = try Configuration(
            Self.least.merging(["POSTERN_STAFF_LISTEN": "127.0.0.1:9000"]) { $1 }, home: "/srv/postern")
        #expect(configuration.staffURL.description == "http://localhost:9000")
    }

    @Test(arguments: ["127.0.0.1:8081", "127.0.0.2:9000", "[::1]:8081", "[::ffff:127.0.0.1]:8081"])
    func `A loopback address is one for the staff's pages`(address: String) throws {
        let configuration = try Configuration(
            Self.least.merging(["POSTERN_STAFF_LISTEN": address]) { $1 }, home: "/srv/postern")
        #expect(configuration.staffListen.isLoopback)
    }

    @Test func `All faults come at once, a missing setting among them`() throws {
        let faults = try #require(throws: SettingFaults.self) {
            try Configuration(["POSTERN_LISTEN": "x", "POSTERN_SMTP_LANES": "x", "POSTERN_SMTP_LANE": "8"], home: "/srv/postern")
        }
        #expect(
            Set(faults.all.map(\.key)) == [
                "POSTERN_LISTEN", "POSTERN_SMTP_LANES", "POSTERN_SMTP_LANE", "POSTERN_PUBLIC_URL", "POSTERN_MAIL_FROM",
                "POSTERN_SMTP_URL",
            ])
        #expect(faults.description.contains("Did you mean POSTERN_SMTP_LANES?"))
    }

    @Test func `Senders and texts are limited as one client is, unless they are set`() throws {
        let off = try Configuration(Self.least.merging(["POSTERN_LIMIT_CLIENT": "off"]) { $1 }, home: "/srv/postern")
        #expect(off.limits.sender.isOff && off.limits.text.isOff)
        #expect(off.limits.requests.isOff)
        let own = try Configuration(Self.least.merging(["POSTERN_LIMIT_TEXT": "2/1h"]) { $1 }, home: "/srv/postern")
        #expect(own.limits.text.description == "2/1h" && own.limits.sender == own.limits.client)
    }

    /// Settings → the budgets of recipient, address, confirmation, everything.
    @Test(arguments: [
        ([:], ["100/1h", "600/1h", "1/1d", "2000/1h"]),
        (["POSTERN_LIMIT_RECIPIENT": "off"], ["off", "600/1h", "1/1d", "2000/1h"]),
        (["POSTERN_LIMIT_GLOBAL": "off"], ["100/1h", "off", "1/1d", "off"]),
        (["POSTERN_LIMIT_GLOBAL": "5/1m"], ["100/1h", "10/1m", "1/1d", "10/1m"]),
        (["POSTERN_LIMIT_RECIPIENT": "4,7/1h"], ["14/1h", "600/1h", "1/1d", "2000/1h"]),
        (
            [
                "POSTERN_BUDGET_RECIPIENT": "9/1h", "POSTERN_BUDGET_ADDRESS": "off", "POSTERN_BUDGET_CONFIRMATION": "2/1d",
                "POSTERN_BUDGET_GLOBAL": "8/1m",
            ], ["9/1h", "off", "2/1d", "8/1m"]
        ),
    ])
    func `The vault's budgets follow the limits, so that an honest relay never meets them`(
        settings: [String: String], expected: [String]
    ) throws {
        let budgets = try Configuration(Self.least.merging(settings) { $1 }, home: "/srv/postern").budgets
        #expect(budgets.reply == Limit.Rate(count: 3, per: .days(1)))
        let all = [budgets.recipient, budgets.address, budgets.confirmation, budgets.global]
        #expect(all.map { rate in rate.map { "\($0.count)/\($0.per.span)" } ?? "off" } == expected)
    }

    @Test(arguments: ["POSTERN_SMTP_USER", "POSTERN_SMTP_PASSWORD_FILE"])
    func `A login takes both halves`(key: String) throws {
        let faults = try #require(throws: SettingFaults.self) {
            try Configuration(Self.least.merging([key: "x"]) { $1 }, home: "/srv/postern")
        }
        #expect(faults.all.count == 1)
    }

    @Test func `The demo mailbox needs nothing but its address`() throws {
        let configuration = try Configuration(
            Self.least.merging(["POSTERN_SMTP_URL": "demo://127.0.0.1:8025"]) { $1 }, home: "/srv/postern")
        #expect(configuration.mail.demoMailbox == ListenAddress(host: "127.0.0.1", port: 8_025))
        #expect(configuration.mail.smarthost.tls == .off)
    }

    @Test func `A trailing slash of the public address and empty values are forgiven`() throws {
        let configuration = try Configuration(
            Self.least.merging([
                "POSTERN_PUBLIC_URL": "https://contact.example.org/", "POSTERN_SMTP_USER": "", "POSTERN_LISTEN": "",
            ]) { $1 },
            home: "/srv/postern")
        #expect(configuration.publicURL.description == "https://contact.example.org")
    }
}
