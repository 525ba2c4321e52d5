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

/// What is found about the clock, the queue and the purge.
extension CheckTests {
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
}
