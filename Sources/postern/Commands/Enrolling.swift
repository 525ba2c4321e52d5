internal import ArgumentParser
private import Foundation
internal import PosternCore
private import PosternLink
internal import PosternRelay

/// Takes recipients in: asks the relay for their ids, has the vault seal the addresses, hands the relay the sealed records.
/// The relay sees no address on this way.
struct Enrolling {
    let home: Home
    let configuration: Configuration
    let site: String

    /// - Parameter rows: at most `EnrolRequest.most`, each handle once.
    /// - Returns: for each row, whether it went in.
    func enrol(_ rows: [RecipientRow], confirmed: Bool, replace: Bool) async throws -> [ControlAnswer.StoreResult] {
        let siteID: SiteID
        do { siteID = try SiteID(site) } catch { throw Exit.data.saying("\(error)") }
        let caller = ControlCaller(home: home, configuration: configuration)
        let handles = rows.map(\.handle.text)
        guard case .found(let found) = try await caller.ask(.findRecipients(site: site, handles: handles)).orRefusal() else {
            throw ControlAnswer.mismatch
        }
        let known = Dictionary(found.map { ($0.handle, $0) }) { first, _ in first }
        var randomness = SystemRandomNumberGenerator()
        var entries: [(index: Int, entry: EnrolRequest.Entry)] = []
        for (index, row) in rows.enumerated() {
            let id: RecipientID
            let version: Int32
            if let existing = known[row.handle.text] {
                guard replace, let parsed = RecipientID(existing.id), let present = existing.version else { continue }
                (id, version) = (parsed, present + 1)
            } else {
                (id, version) = (RecipientID(at: .now, using: &randomness), 1)
            }
            entries.append(
                (index, .init(site: siteID, handle: row.handle, recipient: id, version: version, address: row.address)))
        }
        var results = [ControlAnswer.StoreResult](repeating: .exists, count: rows.count)
        guard !entries.isEmpty else { return results }
        let records = try await OperatorCaller(home: home, configuration: configuration).seal(
            EnrolRequest(entries: entries.map(\.entry), confirmed: confirmed)
        )
        .all
        guard records.count == entries.count else { throw ControlAnswer.mismatch }
        let recipients = zip(entries, records).map { numbered, record in
            ControlRequest.NewRecipient(
                id: numbered.entry.recipient.description, handle: numbered.entry.handle.text,
                name: rows[numbered.index].name.text,
                language: rows[numbered.index].language.description, confirmed: confirmed, version: record.version,
                seal: Data(record.seal).base64EncodedString(), authorisation: Data(record.authorisation).base64EncodedString())
        }
        guard case .stored(let stored) = try await caller.ask(.storeRecipients(site: site, recipients: recipients)).orRefusal(),
            stored.count == entries.count
        else { throw ControlAnswer.mismatch }
        for (numbered, result) in zip(entries, stored) { results[numbered.index] = result }
        return results
    }
}
