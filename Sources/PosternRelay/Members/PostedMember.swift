internal import PosternCore
internal import PosternStore

/// What a repeated post is recognised by.
struct PostedMember: Sendable {
    /// The name to store, then the one that it had yesterday. Empty without a key.
    let names: [IdempotencyName]
    let bytes: [UInt8]

    init(_ key: String?, _ draft: MemberDraft, at site: SiteID, _ pseudonyms: Pseudonyms, _ now: Timestamp) {
        var writer = ByteWriter()
        for part in [draft.handle.text, draft.name.text, draft.language.description, draft.address.text] { writer.write(part) }
        bytes = writer.bytes
        // Letters have the id of their recipient beside their key, which is never zero.
        names =
            key.flatMap { key in
                pseudonyms.day(Epoch(containing: now))?
                    .idempotencyNames(of: "member \(site) \(key)", to: RecipientID(high: 0, low: 0))
            } ?? []
    }

    var record: IdempotencyRecord? { names.first?.record(of: bytes) }
}

/// A name, a language and an address as they are to be.
struct ChangedWords {
    let name: HeaderText
    let language: Language
    /// Nil to leave it as it is.
    let address: EmailAddress?
    let areOther: Bool

    /// - Throws: `MemberFaults`, all at once.
    init(_ change: MemberPatch, of recipient: Recipient) throws {
        var faults: [MemberFault] = []
        func read<Value>(_ field: MemberField, _ parse: () throws(MemberFault.Reason) -> Value) -> Value? {
            do throws(MemberFault.Reason) {
                return try parse()
            } catch {
                faults.append(MemberFault(field, error))
                return nil
            }
        }
        let name = read(.name) { () throws(MemberFault.Reason) in
            if let name = change.name { try RawMember.name(name) } else { recipient.name }
        }
        let language = read(.locale) { () throws(MemberFault.Reason) in
            try RawMember.language(change.locale ?? "", in: change.languages, standard: recipient.language)
        }
        let address = read(.email) { () throws(MemberFault.Reason) -> EmailAddress? in
            if let email = change.email { try RawMember.address(email) } else { nil }
        }
        guard faults.isEmpty, let name, let language, let address else { throw MemberFaults(all: faults) }
        (self.name, self.language, self.address) = (name, language, address)
        areOther = name != recipient.name || language != recipient.language
    }
}
