package import PosternCore
package import PosternLink
private import PosternSealing

/// `authorise`: a recipient followed the link, so letters may go to the record from now on.
package struct ConfirmationChecker: Sendable {
    private let authorisation: AddressAuthorisation
    private let opener: SealOpener

    package init(authorisation: AddressAuthorisation, opener: SealOpener) {
        self.authorisation = authorisation
        self.opener = opener
    }

    /// - Returns: the record, authorised as confirmed.
    /// - Throws: `LinkRefusal` (denied) when the token is not ours or has expired, or this vault never authorised the record.
    package func confirm(_ request: ConfirmationRequest, at now: Timestamp) throws -> SealedRecord {
        let record = request.record
        let subject = AddressAuthorisation.Subject(
            site: request.site, handle: request.handle, recipient: request.recipient, version: record.version, seal: record.seal)
        // A confirmed record counts too: the link may be followed twice, and the second time gets the same answer.
        guard
            authorisation.isValid(record.authorisation, as: .invited, on: subject)
                || authorisation.isValid(record.authorisation, as: .confirmed, on: subject)
        else {
            throw LinkRefusal(.denied, "the record was not made by this vault")
        }
        do {
            try authorisation.check(request.token, for: subject, at: now)
        } catch {
            throw LinkRefusal(.denied, "the confirmation token is \(error == .over ? "no longer valid" : "not ours")")
        }
        // It must open as well: an address that cannot be opened cannot get letters.
        _ = try opener.address(
            in: record.seal, context: .address(of: request.recipient, at: request.site, version: record.version))
        return SealedRecord(
            version: record.version, seal: record.seal, authorisation: authorisation.code(.confirmed, on: subject))
    }
}
