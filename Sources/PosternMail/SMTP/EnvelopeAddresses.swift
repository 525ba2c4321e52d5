/// The addresses that one mail is sent with. An answer that names one of them says whom it is about.
package struct EnvelopeAddresses: Sendable {
    enum Owner: Sendable {
        case us, recipient
    }

    private let ours: Set<String>
    private let ourDomain: String?
    private let recipient: String

    /// - Parameter user: who logs in, which often is an address.
    package init(sender: String, user: String? = nil, recipient: String) {
        self.recipient = recipient.lowercased()
        ours = Set([sender, user].compactMap { $0?.lowercased() }).subtracting([self.recipient])
        // Our mail is from one domain, and From has another local part than MAIL. Where recipients are at that domain too, theirs may
        // be any address of it.
        let domain = Self.domain(of: sender.lowercased())
        ourDomain = domain == Self.domain(of: self.recipient) ? nil : domain
    }

    /// Nil where an answer names neither, or both.
    func owner(namedIn lines: [String]) -> Owner? {
        let words = lines.flatMap { $0.lowercased().split { " \t<>()[],;:\"'=".contains($0) } }
            .map { String($0.reversed().drop { ".!?".contains($0) }.reversed()) }
        let namesUs = words.indices.contains { isOurs(words[$0]) && !Self.isForQuestions(words[...$0]) }
        guard namesUs != words.contains(recipient) else { return nil }
        return namesUs ? .us : .recipient
    }

    private func isOurs(_ word: String) -> Bool {
        guard let domain = Self.domain(of: word) else { return false }
        if ours.contains(word) { return true }
        return ourDomain == domain && !Self.helpers.contains(String(word.dropLast(domain.count + 1)))
    }

    /// Whether the address at the end is one to write to, as in `ask postmaster@relay.example`: nothing is said of it.
    private static func isForQuestions(_ words: ArraySlice<String>) -> Bool {
        words.dropLast().suffix(longestWay).reversed().prefix { domain(of: $0) == nil }.contains { questions.contains($0) }
    }

    private static let longestWay = 5
    private static let questions: Set<String> = [
        "contact", "ask", "see", "visit", "write", "call", "notify", "inform", "consult", "help", "questions", "assistance",
        "mailto",
        "kontaktieren", "wenden", "contacter", "contactez", "contattare", "contatti", "contacte",
    ]
    /// RFC 2142, and the usual names of those who help.
    private static let helpers: Set<String> = [
        "postmaster", "hostmaster", "webmaster", "abuse", "noc", "security", "helpdesk", "help", "support", "admin",
        "administrator",
    ]

    private static func domain(of address: String) -> String? {
        address.lastIndex(of: "@").map { String(address[address.index(after: $0)...]) }
    }
}
