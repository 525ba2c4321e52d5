private import PosternCore

/// Whether people who join by themselves get the mail that they need for it.
package enum JoiningCheck {
    /// - Parameters:
    ///   - sites: where people may join; nil where the store could not be read.
    ///   - smarthost: what was found of it.
    ///   - isDemo: whether mails stay in a mailbox inside the program.
    package static func findings(sites: [String]?, smarthost: [Finding], isDemo: Bool) -> [Finding] {
        guard let sites, let first = sites.first else { return [] }
        let places = sites.count == 1 ? "site \(first)" : "\(sites.count) sites (\(sites.prefix(5).joined(separator: ", ")))"
        let remedy = Remedy(
            "Correct what is said of the smarthost. Until then, turn joining off, so that nobody waits for a mail.",
            commands: sites.prefix(5).map { "postern site set \($0) --join off" })
        if smarthost.contains(where: { $0.level == .fail }) {
            return [.fail(.joining, "people may join \(places), and no mail goes out: nobody gets the six digits", remedy)]
        }
        if isDemo {
            return [
                .warn(
                    .joining, "people may join \(places), and the six digits go to the demo mailbox inside the program",
                    "For a real installation set POSTERN_SMTP_URL to smtps://HOST:465 or smtp://HOST:587.")
            ]
        }
        return [.ok(.joining, "people may join \(places) by themselves")]
    }
}
