/// What a temporary refusal says of the connection, whatever stage it comes at. The words are those of Postfix, Exim, Sendmail,
/// Exchange, Momentum, KumoMTA and the large providers.
extension SMTPReply {
    package enum ConnectionComplaint: Sendable {
        /// `too many concurrent SMTP connections`: the server wants fewer of them at a time.
        case tooMany
        /// `too many messages in this session`: the server wants the next letter on a new one.
        case usedUp
    }

    package var connectionComplaint: ConnectionComplaint? {
        guard severity == .transient else { return nil }
        let words = text.lowercased()
        func mention(_ parts: String...) -> Bool { parts.contains { words.holds($0) } }
        guard mention("connection", "session", "sender thread", "concurrency"),
            mention("too many", "too much", "concurrent", "simultaneous", "max", "limit", "exceed")
        else { return nil }
        return mention("message", "mails", "transaction", "deliveries") ? .usedUp : .tooMany
    }
}
