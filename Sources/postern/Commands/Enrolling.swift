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
        let records = try await OperatorCaller(home: caller.home, configuration: caller.configuration)
            .seal(EnrolRequest(entries: entries.map(\.entry), confirmed: confirmed)).all
        guard records.count == entries.count else { throw ControlCaller.mismatch }
        let recipients = zip(entries, records).map { numbered, record in
            ControlRequest.NewRecipient(
                id: numbered.entry.recipient.description, handle: numbered.entry.handle.text,
                name: rows[numbered.index].name.text, language: rows[numbered.index].language.description,
                confirmed: confirmed, version: record.version, seal: Data(record.seal).base64EncodedString(),
                authorisation: Data(record.authorisation).base64EncodedString())
        }
        let stored: [Bool] = try await caller.ask(.enrolRecipients(site: site, recipients: recipients))
        guard stored.count == entries.count else { throw ControlCaller.mismatch }
        for (numbered, isStored) in zip(entries, stored) { results[numbered.index] = isStored }
        return results
    }

    /// What the vault is to seal: new recipients, and known ones if they are to get a new address.
    private func entries(for rows: [RecipientRow], replace: Bool) async throws -> [(index: Int, entry: EnrolRequest.Entry)] {
        let siteID: SiteID
        do { siteID = try SiteID(site) } catch { throw Exit.data.saying("\(error)") }
        let found: [FoundRecipient] = try await caller.ask(.findRecipients(site: site, handles: rows.map(\.handle.text)))
        let known = Dictionary(found.map { ($0.handle, $0) }) { first, _ in first }
        var randomness = RandomSource.system
        return rows.enumerated().compactMap { index, row in
            var (id, version) = (RecipientID(at: .now, using: &randomness), Int32(1))
            if let existing = known[row.handle.text] {
                guard replace, let present = existing.version else { return nil }
                (id, version) = (existing.id, present + 1)
            }
            return (index, .init(site: siteID, handle: row.handle, recipient: id, version: version, address: row.address))
        }
    }
}
