internal import ArgumentParser
private import Foundation
private import PosternCore
internal import PosternHost
internal import PosternImport
private import PosternLink
private import PosternRelay

/// Adds recipients: asks the relay which handles are taken, has the vault seal the addresses, and hands the sealed records to
/// the relay. The relay never sees an address.
struct Enrolling {
    let caller: ControlCaller
    let site: String

    /// - Parameter rows: at most `EnrolRequest.most`, each handle once.
    /// - Returns: for each row, whether it was stored.
    /// - Throws: `ExitCode` after saying why nothing was stored.
    func enrol(_ rows: [RecipientRow], confirmed: Bool, replace: Bool) async throws -> [Bool] {
        let entries = try await entries(for: rows, replace: replace)
        var results = [Bool](repeating: false, count: rows.count)
        guard !entries.isEmpty else { return results }
        let vault = OperatorCaller(home: caller.home, users: caller.users)
        let enrolled = try await vault.enrol(EnrolRequest(entries: entries.map(\.entry), confirmed: confirmed)).all
        guard enrolled.count == entries.count else { throw ControlCaller.mismatch }
        let recipients = try zip(entries, enrolled).map { numbered, recipient in
            guard let record = recipient.record else { throw ControlCaller.mismatch }
            return ControlRequest.NewRecipient(
                id: recipient.id.description, handle: recipient.handle.text, name: recipient.name.text,
                language: recipient.language.description, confirmed: confirmed,
                former: numbered.entry.former?.record?.version, version: record.version,
                seal: Data(record.seal).base64EncodedString(),
                authorisation: Data(record.authorisation).base64EncodedString())
        }
        let stored: [Bool] = try await caller.ask(.enrolRecipients(site: site, recipients: recipients))
        guard stored.count == entries.count else { throw ControlCaller.mismatch }
        for (numbered, isStored) in zip(entries, stored) { results[numbered.index] = isStored }
        try await vault.note(
            zip(enrolled, stored).compactMap { recipient, isStored in
                guard isStored, let version = recipient.record?.version else { return nil }
                return .inUse(.recipient(recipient.handle, at: recipient.site), version: version, recipient.id)
            })
        return results
    }

    /// What the vault is to seal: new recipients, and known ones if they are to get a new address.
    private func entries(for rows: [RecipientRow], replace: Bool) async throws -> [(index: Int, entry: EnrolRequest.Entry)] {
        let siteID: SiteID
        do { siteID = try SiteID(site) } catch { throw Exit.data.saying("\(error)") }
        let found: [FoundRecipient] = try await caller.ask(.findRecipients(site: site, handles: rows.map(\.handle.text)))
        let known = Dictionary(found.map { ($0.handle, $0) }) { first, _ in first }
        return try rows.enumerated().compactMap { index, row in
            var former: Recipient?
            if let existing = known[row.handle.text] {
                guard replace, existing.version != nil else { return nil }
                former = existing.recipient(at: siteID)
                guard former?.record != nil else { throw ControlCaller.mismatch }
            }
            return (
                index,
                .init(
                    site: siteID, handle: row.handle, name: row.name, language: row.language, address: row.address,
                    former: former)
            )
        }
    }
}
