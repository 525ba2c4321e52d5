package import PosternCore
package import PosternLink
private import PosternSealing

/// `authorise`: a recipient followed the link, so letters may go to the record from now on.
package struct ConfirmationChecker: Sendable {
    private let authorisation: AddressAuthorisation
    private let opener: SealOpener
    private let memory: any RecordMemory

    package init(authorisation: AddressAuthorisation, opener: SealOpener, memory: any RecordMemory) {
        self.authorisation = authorisation
        self.opener = opener
        self.memory = memory
    }

    /// - Returns: the record, authorised as confirmed.
    /// - Throws: `LinkRefusal` (denied) when the token is not ours or has expired, this vault never authorised the record, or it
    ///   is not the newest.
    package func confirm(_ request: ConfirmationRequest, at now: Timestamp) throws -> SealedRecord {
        let recipient = request.recipient
        // A confirmed record counts too: the link may be followed twice, and the second time gets the same answer.
        guard let record = recipient.record, authorisation.standing(of: recipient, isAdopting: memory.isAdopting) != nil else {
            throw LinkRefusal(.denied, "the record was not made by this vault")
        }
        let subject = AddressAuthorisation.Subject(recipient, record)
        if let newest = memory.newest(of: subject.authorisedName) {
            guard !newest.isErased, newest.version <= record.version, newest.recipient == recipient.id else {
                throw LinkRefusal(.denied, "the record is not the newest")
            }
        }
        do {
            try authorisation.check(request.token, for: subject, at: now)
        } catch {
            throw LinkRefusal(.denied, "the confirmation token is \(error == .over ? "no longer valid" : "not ours")")
        }
        // It must open as well: an address that cannot be opened cannot get letters.
        _ = try opener.address(
            in: record.seal, context: .address(of: recipient.id, at: recipient.site, version: record.version))
        return SealedRecord(
            version: record.version, seal: record.seal, authorisation: authorisation.code(.confirmed, on: subject))
    }
}
