package import PosternCore
package import PosternMail

/// The two mailboxes of a demonstration: what came for members, and what came for everybody else.
///
/// Addresses of members are sealed, so they are not asked for. They are known by their mails: members alone can unsubscribe, confirm
/// an address, and open settings.
package struct MailboxSides: Sendable {
    package struct Entry: Sendable {
        package let letter: MailboxLetter
        package let mail: MailView
    }

    /// Newest first.
    package let members, visitors: [Entry]

    /// - Parameters:
    ///   - letters: newest first.
    ///   - origin: where the links of our mails lead.
    package init(_ letters: [MailboxLetter], origin: WebOrigin) {
        let entries = letters.map { Entry(letter: $0, mail: MailView(source: $0.source)) }
        let known = Set(entries.filter { Self.isForMember($0.mail, origin) }.flatMap(\.addresses))
        members = entries.filter { !known.isDisjoint(with: $0.addresses) }
        visitors = entries.filter { known.isDisjoint(with: $0.addresses) }
    }

    private static func isForMember(_ mail: MailView, _ origin: WebOrigin) -> Bool {
        mail.fields.contains { $0.name.lowercased() == "list-unsubscribe" }
            || MailboxLink.all(in: mail, to: origin).contains { link in
                ["confirm", "manage", "undo"].contains { link.leads(to: $0, at: origin) }
            }
    }
}

extension MailboxSides.Entry {
    fileprivate var addresses: [String] { letter.envelope.recipients.map { $0.lowercased() } }
}
