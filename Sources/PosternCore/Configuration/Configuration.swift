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
        let publicURL = reader.required(
            .publicURL, remedy: "Write the address visitors use, as in https://contact.example.org, without a path."
        ) {
            WebOrigin($0.hasSuffix("/") ? String($0.dropLast()) : $0)
        }
        let address = "Write HOST:PORT, as in 127.0.0.1:8080 or [::1]:8080."
        let listen = reader.value(
            .listen, standard: ListenAddress(host: "127.0.0.1", port: 8_080), remedy: address, ListenAddress.init)
        let staffListen = reader.value(
            .staffListen, standard: ListenAddress(host: "127.0.0.1", port: 8_081), remedy: address, ListenAddress.init)
        let proxies = reader.value(
            .trustedProxies, standard: [] as [AddressRange],
            remedy: "Write networks with commas between them, as in 127.0.0.1/32,2001:db8::/32."
        ) { text in
            var ranges: [AddressRange] = []
            for part in text.split(separator: ",") {
                guard let range = try? AddressRange(String(part)) else { return nil }
                ranges.append(range)
            }
            return ranges
        }
        if AddressRange.coverEverybody(proxies) {
            reader.fault(
                .trustedProxies,
                "it trusts everybody: any visitor could pose as any client, and no limit or block would hold",
                "Write the addresses of your own proxies and no others, as in 127.0.0.1/32,::1/128.")
        }
        let staffURL = reader.staffURL(at: staffListen)
        if listen == staffListen {
            reader.fault(.staffListen, "it is the same as POSTERN_LISTEN", "Give the staff's pages a port of their own.")
        }
        let database = reader.database(home: home)
        let mail = reader.mail()
        let client = reader.limit(.limitClient, standard: Limit("3,5/1h,20/1d"))
        let limits = Limits(
            client: client, recipient: reader.limit(.limitRecipient, standard: Limit("10/1h,50/1d")),
            global: reader.globalLimit(standard: Limit("300/1h,1000/1h")),
            sender: reader.limit(.limitSender, standard: client), text: reader.limit(.limitText, standard: client),
            wave: reader.wave(standard: 5),
            // Where everything comes from one address, neither limit makes sense.
            requests: reader.limit(.limitRequests, standard: client.isOff ? nil : Limit("3000,3000/1m")))
        let retention = Retention(
            letters: reader.lettersRetention(),
            evidence: reader.span(.retentionEvidence, standard: .days(90)),
            outcomes: reader.span(.retentionOutcomes, standard: .days(180)),
            reports: reader.span(.retentionReports, standard: .days(90)))
        let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
        let logLevel = reader.value(.logLevel, standard: "info", remedy: "Write one of \(levels.joined(separator: ", ")).") {
            levels.contains($0) ? $0 : nil
        }
        let lease = reader.span(.lease, standard: .minutes(45))
        let withdrawal = reader.value(
            .withdrawal, standard: Duration.seconds(60), remedy: "Write a time of at most an hour, as in 60s or 5m, or off."
        ) { text in
            text == "off" ? .zero : Duration(span: text).flatMap { $0 <= .hours(1) ? $0 : nil }
        }
        let journalCopy = reader.value(
            .journalCopy, standard: nil as JournalCopyPlace?,
            remedy: "Write syslog, or the full path of a file outside \(home), as in /var/log/postern/checkpoints."
        ) { text in
            // Beside the journal it would be changed with it.
            JournalCopyPlace(text).flatMap { $0.isInside(home) ? nil : .some($0) }
        }
        let banFile = reader.value(
            .banFile, standard: nil as String?,
            remedy: "Write the full path of a file outside \(home), as in /var/log/postern/refused."
        ) { text in
            // It belongs to root, and the relay's user owns the home.
            guard case .file(let path)? = JournalCopyPlace(text), !JournalCopyPlace.file(path).isInside(home) else { return nil }
            return path
        }
        let budgets = reader.budgets(following: limits)
        let reveals = reader.reveals()
        let cage = reader.value(.cage, standard: "available", remedy: "Write required or available.") {
            ["required", "available"].contains($0) ? $0 : nil
        }
        let contacts = reader.value(
            .securityContact, standard: [] as [SecurityContact],
            remedy: "Write an e-mail address or an https:// address, or several with commas between them."
        ) { text in
            let parts = text.split(separator: ",").map { $0.filter { $0 != " " } }
            let contacts = parts.compactMap { SecurityContact($0) }
            return contacts.count == parts.count ? contacts : nil
        }
        guard reader.faults.isEmpty, let publicURL, let staffURL, let mail else { throw SettingFaults(all: reader.faults) }
        self.init(
            home: home, publicURL: publicURL, listen: listen, staffListen: staffListen, staffURL: staffURL,
            trustedProxies: proxies,
            database: database,
            mail: mail, limits: limits, budgets: budgets, retention: retention,
            users: Users(relay: reader.text(.relayUser), vault: reader.text(.vaultUser)), templates: reader.text(.templates),
            lease: lease, withdrawal: withdrawal, journalCopy: journalCopy, banFile: banFile, reveals: reveals,
            logLevel: logLevel, isCageRequired: cage == "required",
            securityContacts: contacts)
    }
}

extension SettingReader {
    fileprivate mutating func wave(standard: Int) -> Int? {
        value(
            .limitWave, standard: standard,
            remedy: "Write off, or how many recipients may have letters that are nearly the same, from 1 to 1000000, as in 5."
        ) { text in
            text == "off" ? .some(nil) : Int(text).flatMap { (1...1_000_000).contains($0) ? .some($0) : nil }
        }
    }

    fileprivate mutating func limit(_ setting: Setting, standard: Limit?) -> Limit {
        value(
            setting, standard: standard ?? .off,
            remedy:
                "Write off, or a burst and rates over a day at most, as in 3,5/1h,20/1d; the burst at most what comes in a day."
        ) { text in
            // Counts are kept under the keys of two days: a longer span would lose some of them.
            Limit(text).flatMap { limit in
                let isBurstOfADay = limit.rates.first.map { rate in
                    rate.per * (limit.burst ?? rate.count) <= .days(1) * rate.count
                }
                return limit.rates.allSatisfy { $0.per <= .days(1) } && isBurstOfADay != false ? limit : nil
            }
        }
    }

    /// Browsers take a passkey for a name alone, and keep it from others over HTTPS alone; they trust `localhost` without it.
    fileprivate mutating func staffURL(at listen: ListenAddress) -> WebOrigin? {
        let remedy =
            "Write https:// and the name under which your proxy serves the staff's pages, as in https://desk.example.org, or "
            + "http://localhost:PORT, as ssh -L PORT:127.0.0.1:\(listen.port) gives it."
        let standard = WebOrigin("http://localhost:\(listen.port)")
        let isGiven = text(.staffURL) != nil
        let url = value(.staffURL, standard: standard, remedy: remedy) { text -> WebOrigin?? in
            guard let url = WebOrigin(text.hasSuffix("/") ? String(text.dropLast()) : text) else { return .none }
            let isLocal = url.host == "localhost" && !url.isSecure
            return isLocal || url.isSecure && !url.isAddress ? .some(url) : .none
        }
        guard !listen.isLoopback, url?.isSecure != true else { return url }
        fault(
            .staffListen,
            "“\(listen)” can be reached from other machines, and \(isGiven ? "POSTERN_STAFF_URL is not https" : "no POSTERN_STAFF_URL is set")",
            "Set POSTERN_STAFF_URL to the https:// address under which your proxy serves the staff's pages, or write "
                + "127.0.0.1:PORT and use ssh -L PORT:127.0.0.1:PORT to open them from elsewhere.")
        return url
    }

    /// Above the first rate letters are held, above the second they are refused.
    fileprivate mutating func globalLimit(standard: Limit?) -> Limit {
        value(
            .limitGlobal, standard: standard ?? .off,
            remedy: "Write off, or the rate to hold at and the rate to refuse at, as in 300/1h,1000/1h."
        ) { text in
            Limit(text).flatMap { limit in
                let isPair = limit.burst == nil && limit.rates.count <= 2 && limit.rates.allSatisfy { $0.per <= .days(1) }
                return limit.isOff || isPair ? limit : nil
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

    fileprivate mutating func span(_ setting: Setting, standard: Duration) -> Duration {
        value(setting, standard: standard, remedy: "Write a number and s, m, h or d, as in \(standard.span).") {
            Duration(span: $0)
        }
    }

    /// Letters must be kept longer than they are tried, or waiting letters would lose their key.
    fileprivate mutating func lettersRetention() -> Duration {
        let least = RetrySchedule.standard.lifetime + .days(1)
        return value(
            .retentionLetters, standard: .days(28),
            remedy:
                "Write a number of days, as in 28d; at least \(least.span), since letters are tried for \(RetrySchedule.standard.lifetime.span)."
        ) { text in
            Duration(span: text).flatMap { $0 >= least ? $0 : nil }
        }
    }

    /// Its faults never repeat what was written, which may have a password in it.
    fileprivate mutating func database(home: String) -> DatabaseURL {
        let standard = DatabaseURL.sqlite(path: "\(home)/store/postern.sqlite")
        guard let text = text(.database) else { return standard }
        do {
            let database = try DatabaseURL(text)
            // Where the store was before it had a folder of its own: a setting that names that place means the standard one.
            return database == .sqlite(path: "\(home)/postern.sqlite") ? standard : database
        } catch {
            fault(.database, "\(error)", "Write sqlite:PATH, with the whole path, or leave the line out for \(standard).")
            return standard
        }
    }

    fileprivate mutating func mail() -> Configuration.Mail? {
        let from = required(.mailFrom, remedy: "Write the address letters come from, as in contact@relay.example.org.") {
            try? EmailAddress($0)
        }
        let tls = value(
            .smtpTLS, standard: SmarthostURL.TLS.required, remedy: "Write required, or off for a relay on this machine."
        ) {
            SmarthostURL.TLS(rawValue: $0)
        }
        let lanes = value(.smtpLanes, standard: 8, remedy: "Write a number from 1 to 64.") { text in
            Int(text).flatMap { (1...64).contains($0) ? $0 : nil }
        }
        let (user, passwordFile) = (text(.smtpUser), text(.smtpPasswordFile))
        if (user == nil) != (passwordFile == nil) {
            fault(
                user == nil ? .smtpUser : .smtpPasswordFile, "it is not set, though the other of the two is",
                "A login takes both: POSTERN_SMTP_USER and POSTERN_SMTP_PASSWORD_FILE, a file of mode 0400.")
        }
        guard let (smarthost, demoMailbox) = smarthost(tls: tls), let from else { return nil }
        return Configuration.Mail(
            from: from, smarthost: smarthost, user: user, passwordFile: passwordFile, caFile: text(.smtpCAFile), lanes: lanes,
            demoMailbox: demoMailbox)
    }

    /// `smtps://`, `smtp://`, or `demo://127.0.0.1:PORT` for the mailbox inside the program.
    private mutating func smarthost(tls: SmarthostURL.TLS) -> (SmarthostURL, ListenAddress?)? {
        let remedy = "Write smtps://HOST:465, smtp://HOST:587, or demo://127.0.0.1:8025 to try it without sending."
        guard let text = text(.smtpURL) else {
            fault(.smtpURL, "it is not set", remedy)
            return nil
        }
        do {
            guard text.hasPrefix("demo://") else { return (try SmarthostURL(text, tls: tls), nil) }
            guard let address = ListenAddress(String(text.dropFirst("demo://".count))), address.isLoopback else {
                fault(.smtpURL, "“\(text)” names no port of this machine", remedy)
                return nil
            }
            return (try SmarthostURL("smtp://\(address)", tls: .off), address)
        } catch {
            fault(.smtpURL, "\(error)", remedy)
            return nil
        }
    }
}
