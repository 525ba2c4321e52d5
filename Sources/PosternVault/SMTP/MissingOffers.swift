package import PosternCore

/// For how long the smarthost has left out what we need of it. One server of a pool may lack it for a moment, so the letter is
/// tried again; what lasts is held for a person. Pure; its owner guards it.
package struct MissingOffers: Sendable {
    package enum Need: String, Sendable, CaseIterable {
        case startTLS = "STARTTLS"
        /// AUTH by a mechanism that we speak.
        case login = "AUTH"
        case smtpUTF8 = "SMTPUTF8"
        /// The login was offered, and refused. It has to have worked before: one that never did is wrong, and does not get better.
        case credentials
    }

    /// Connections in a row that lacked it.
    private struct Run {
        let since: Timestamp
        var connections = 0
    }

    private var runs: [Need: Run] = [:]
    private var credentialsWorked = false

    /// So many connections in a row, over so long a time, and it lasts. Pools leave it out now and then: if one connection in three
    /// does, six in a row are one case in 729, and then they must also be that far apart.
    package static let fewest = 6
    package static let shortest = Duration.minutes(5)

    package init() {}

    /// A connection lacked it.
    package mutating func missed(_ need: Need, at now: Timestamp) {
        var run = runs[need] ?? Run(since: now)
        // A clock that was set back begins the run again.
        if now < run.since { run = Run(since: now) }
        run.connections += 1
        runs[need] = run
    }

    /// A connection had it.
    package mutating func met(_ need: Need) {
        runs[need] = nil
        if need == .credentials { credentialsWorked = true }
    }

    /// Since when it has been missing, if that has lasted for long enough to be held for a person.
    package func lasting(_ need: Need, at now: Timestamp) -> Timestamp? {
        guard let run = runs[need] else { return nil }
        if need == .credentials && !credentialsWorked { return run.since }
        return run.connections >= Self.fewest && now.since(run.since) >= Self.shortest ? run.since : nil
    }
}
