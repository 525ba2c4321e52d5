extension SettingReader {
    mutating func mail() -> Configuration.Mail? {
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
