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
        let addresses = lines.flatMap { $0.lowercased().split { " \t<>()[],;:\"'=".contains($0) } }.filter { $0.contains("@") }
            .map { String($0.reversed().drop { $0 == "." }.reversed()) }
        let namesUs = addresses.contains { ours.contains($0) || ourDomain != nil && Self.domain(of: $0) == ourDomain }
        guard namesUs != addresses.contains(recipient) else { return nil }
        return namesUs ? .us : .recipient
    }

    private static func domain(of address: String) -> String? {
        address.lastIndex(of: "@").map { String(address[address.index(after: $0)...]) }
    }
}
