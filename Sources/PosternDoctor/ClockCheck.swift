package import PosternCore
private import PosternVault

/// What this machine's clock says, compared with what the installation knows of time.
package enum ClockCheck {
    private static let adjust: Remedy =
        "Set the clock right and keep it synchronised (systemd-timesyncd or chrony). A clock that is ahead by a retention destroys keys."

    /// - Parameters:
    ///   - isSynchronised: what the kernel says about its clock (adjtimex(2)); nil where it does not say.
    ///   - noted: the latest moments the installation has noted: the newest log entry, the last purge.
    ///   - newestKeys: the latest day there is a key for; nil where the keys cannot be seen.
    ///   - falseUntil: times up to this one were noted while the clock was ahead, and the vault has seen that it is right again.
    ///   - doomed: how many keys a start now would destroy, because their time is over by this clock.
    package static func findings(
        now: Timestamp, isSynchronised: Bool?, noted: [Timestamp], newestKeys: Epoch?, falseUntil: Timestamp? = nil,
        isRunning: Bool, doomed: Int
    ) -> [Finding] {
        let isExplained = { (moment: Timestamp) in moment > now && falseUntil.map { moment <= $0 } ?? false }
        let noted = noted.filter { !isExplained($0) }
        let wasAhead = newestKeys.map { isExplained($0.start) && $0 > Epoch(containing: now).next } ?? false
        let newestKeys = wasAhead ? Epoch(containing: now).next : newestKeys
        let findings = [
            behind(now, noted, newestKeys), isRunning ? nil : ahead(now, noted, newestKeys, doomed),
            isSynchronised == false ? unsynchronised(now) : nil,
        ].compactMap { $0 }
        guard findings.isEmpty else { return findings }
        let kept = isSynchronised == true ? ", synchronised" : ""
        let rest =
            wasAhead
            ? "it was ahead for a while, and what was noted then has a time that has not come yet, which does no harm"
            : "nothing in the installation is of another time"
        return [.ok(.clock, "\(now.rfc3339)\(kept); \(rest)")]
    }

    /// Something was written at a moment that has not come yet: the clock was ahead then, or is behind now.
    private static func behind(_ now: Timestamp, _ noted: [Timestamp], _ newestKeys: Epoch?) -> Finding? {
        let today = Epoch(containing: now)
        // Keys are made a day ahead.
        let ofKeys = newestKeys.flatMap { $0 > today.next ? $0 : nil }
        let latest = noted.max().flatMap { $0.since(now) > .minutes(5) ? $0 : nil }
        let seen: String
        let distance: Duration
        switch (latest, ofKeys) {
        case (nil, nil): return nil
        case (let latest?, _): (seen, distance) = ("the store's newest entry is of \(latest.rfc3339)", latest.since(now))
        case (nil, let epoch?): (seen, distance) = ("there are keys of \(epoch)", epoch.start.since(now))
        }
        let text = "the clock says \(now.rfc3339), but \(seen), \(distance.inWords) ahead: it was ahead then, or is behind now"
        let remedy = Remedy(
            "\(adjust.text) If the clock is right now, start the service, and say so: what was noted meanwhile does no harm.",
            commands: ["postern keys trust-clock"])
        return distance >= .days(1) ? .fail(.clock, text, remedy) : .warn(.clock, text, remedy)
    }

    /// Nothing ran for long, or the clock has jumped. Only a person can tell which, and must do so before the start.
    private static func ahead(_ now: Timestamp, _ noted: [Timestamp], _ newestKeys: Epoch?, _ doomed: Int) -> Finding? {
        guard let last = (noted + [newestKeys.map { $0.start - .days(1) }].compactMap { $0 }).max() else { return nil }
        let silence = now.since(last)
        guard silence > .days(2) else { return nil }
        // After a longer time the vault asks first.
        let isAsked = silence > ClockTrust.absence
        let what =
            doomed == 0
            ? ""
            : isAsked
                ? "; the time of \(doomed) keys is over by it, and the vault keeps them until you say that it is right"
                : "; a start now destroys \(doomed) keys, and what they sealed is lost for good"
        return .warn(
            .clock, "the clock says \(now.rfc3339), \(silence.inWords) after the last sign of life here\(what)",
            isAsked
                ? "If the clock is ahead, set it right. If the service was stopped for that long, start it and run postern keys trust-clock."
                : "If the service was stopped for that long, nothing is wrong. If not, the clock is ahead: set it right before you start."
        )
    }

    private static func unsynchronised(_ now: Timestamp) -> Finding {
        .warn(
            .clock, "the kernel says that this machine's clock (\(now.rfc3339)) is not synchronised",
            Remedy(
                "Synchronise it: a clock that runs ahead by a retention destroys keys. In a container, do so on the host.",
                commands: ["timedatectl set-ntp true"]))
    }
}
