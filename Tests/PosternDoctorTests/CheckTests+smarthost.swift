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

/// What is found about the smarthost and the lanes to it.
extension CheckTests {
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
        _ lanes: VaultCondition.Lanes = .init(configured: 8, allowed: 8),
        mentions: VaultCondition.CountedQuestions = .init(limit: 30),
        follows: VaultCondition.CountedQuestions = .init(limit: 50)
    ) -> [Finding] {
        let clock = VaultCondition.Clock(now: Self.now, believed: Self.now, isTrusted: true)
        return VaultCheck.findings(
            VaultCondition(budgets: [], clock: clock, lanes: lanes, mentions: mentions, follows: follows),
            smarthost: "mx.example:587",
            now: Self.now)
    }

    @Test func `Questions about answers: how often today they came too often, if they did`() {
        expect(lanes(mentions: .init(limit: 30)), .ok)
        let last = Self.now - .minutes(5)
        expect(
            lanes(mentions: .init(limit: 30, refused: 7, last: last)), .warn, "7 times today, last at \(last.rfc3339)",
            "30 times a day", "taken over", "postern log list")
        expect(lanes(mentions: .init(limit: 30, refused: 1, last: last)), .warn, "once today")
        expect(lanes(follows: .init(limit: 50, refused: 3, last: last)), .warn, "3 times, last at \(last.rfc3339)")
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
                    lanes: .init(configured: 8, allowed: 8), mentions: .init(limit: 30), follows: .init(limit: 50)),
                smarthost: "mx", now: Self.now)
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
}
