/// A consistent configuration: it exists only when no setting has a fault.
package struct Configuration: Sendable {
    package let home: String
    package let publicURL: WebOrigin
    package let listen: ListenAddress
    package let staffListen: ListenAddress
    /// The staff's pages as browsers name them.
    package let staffURL: WebOrigin
    package let trustedProxies: [AddressRange]
    package let database: DatabaseURL
    package let mail: Mail
    package let limits: Limits
    package let budgets: Budgets
    package let retention: Retention
    package let users: Users
    /// Nil for the folder next to the program.
    package let templates: String?
    /// How long an attempt may take before its letter is due again: longer than any attempt lasts.
    package let lease: Duration
    /// How long an answer waits before it goes out, so that it can be taken back; zero for not at all.
    package let withdrawal: Duration
    /// Where the journal's checkpoints are written a second time; nil for nowhere.
    package let journalCopy: JournalCopyPlace?
    /// The file in which the vault keeps the own secrets of recipients a second time; nil for none.
    package let secretsCopy: String?
    /// Where the supervisor writes the addresses of clients whose letters were refused; nil for nowhere.
    package let banFile: String?
    /// What members of staff may be shown.
    package let reveals: RevealRule
    package let logLevel: String
    /// Whether the service refuses to run on a kernel that lacks a part of the processes' cage.
    package let isCageRequired: Bool
    /// None when nobody has been named.
    package let securityContacts: [SecurityContact]

    package struct Mail: Sendable {
        package let from: EmailAddress
        package let smarthost: SmarthostURL
        package let user: String?
        package let passwordFile: String?
        package let caFile: String?
        package let lanes: Int
        /// The demo mailbox inside the program, on the loopback interface; nil when letters are really sent.
        package let demoMailbox: ListenAddress?
    }

    package struct Limits: Sendable {
        package let client, recipient, global, sender, text: Limit
        /// How many recipients may have letters that are nearly the same; nil for any number.
        package let wave: Int?
        package let requests: Limit
    }

    package struct Retention: Sendable {
        package let letters, evidence, outcomes, reports: Duration
    }

    package struct Users: Sendable {
        /// Nil for the packaged name if there is such a user, else the user who started the program.
        package let relay, vault: String?
    }
}

extension Configuration {
    /// - Parameter settings: names and values. Those of the environment have already replaced those of the file.
    /// - Throws: all faults at once.
    package init(_ settings: [String: String], home: String) throws(SettingFaults) {
        var reader = SettingReader(settings)
        reader.findUnknown()
        // In the order in which faults are printed.
        let web = reader.webAddresses()
        let database = reader.database(home: home)
        let mail = reader.mail()
        let limits = reader.limits()
        let retention = reader.retention()
        let logLevel = reader.logLevel()
        let lease = reader.span(.lease, standard: .minutes(45))
        let withdrawal = reader.withdrawal()
        let journalCopy = reader.journalCopy(outside: home)
        let secretsCopy = reader.secretsCopy(outside: home)
        let banFile = reader.banFile(outside: home)
        let budgets = reader.budgets(following: limits)
        let reveals = reader.reveals()
        let isCageRequired = reader.isCageRequired()
        let contacts = reader.securityContacts()
        guard reader.faults.isEmpty, let publicURL = web.publicURL, let staffURL = web.staffURL, let mail else {
            throw SettingFaults(all: reader.faults)
        }
        self.init(
            home: home, publicURL: publicURL, listen: web.listen, staffListen: web.staffListen, staffURL: staffURL,
            trustedProxies: web.trustedProxies, database: database, mail: mail, limits: limits, budgets: budgets,
            retention: retention, users: Users(relay: reader.text(.relayUser), vault: reader.text(.vaultUser)),
            templates: reader.text(.templates), lease: lease, withdrawal: withdrawal, journalCopy: journalCopy,
            secretsCopy: secretsCopy, banFile: banFile, reveals: reveals, logLevel: logLevel, isCageRequired: isCageRequired,
            securityContacts: contacts)
    }
}

extension SettingReader {
    fileprivate mutating func logLevel() -> String {
        let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
        return value(.logLevel, standard: "info", remedy: "Write one of \(levels.joined(separator: ", ")).") {
            levels.contains($0) ? $0 : nil
        }
    }

    fileprivate mutating func withdrawal() -> Duration {
        value(.withdrawal, standard: .seconds(60), remedy: "Write a time of at most an hour, as in 60s or 5m, or off.") { text in
            text == "off" ? .zero : Duration(span: text).flatMap { $0 <= .hours(1) ? $0 : nil }
        }
    }

    fileprivate mutating func isCageRequired() -> Bool {
        value(.cage, standard: false, remedy: "Write required or available.") { text in
            switch text {
            case "required": true
            case "available": false
            default: nil
            }
        }
    }

    /// A day is the UTC day, as the vault counts it, so no other span is taken.
    fileprivate mutating func reveals() -> RevealRule {
        let most = value(
            .reveals, standard: RevealRule.standard.most,
            remedy: "Write how many a person may make in a day, from 1/1d to \(RevealRule.mostPossible)/1d, as in 30/1d."
        ) { text -> Int? in
            guard let limit = Limit(text), limit.burst == nil, let rate = limit.rates.first, limit.rates.count == 1,
                rate.per == .days(1), rate.count <= RevealRule.mostPossible
            else { return nil }
            return rate.count
        }
        let needsTwo = value(.revealTwoPersons, standard: "off", remedy: "Write on or off.") {
            ["on", "off"].contains($0) ? $0 : nil
        }
        return RevealRule(most: most, needsTwo: needsTwo == "on")
    }
}
