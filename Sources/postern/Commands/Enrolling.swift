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

    enum Result {
        case stored
        /// The handle is somebody's, and was left as it is.
        case taken
        /// The handle was somebody's who was erased.
        case erased
    }

    /// What becomes of a handle that is known.
    enum Way {
        /// It stays as it is.
        case new
        /// The recipient gets a new address.
        case replacing
        /// It was an erased person's, and a new person gets it.
        case succeeding
    }

    /// - Parameter rows: at most `EnrolRequest.most`, each handle once.
    /// - Throws: `ExitCode` after saying why nothing was stored.
    func enrol(_ rows: [RecipientRow], confirmed: Bool, _ way: Way = .new) async throws -> [Result] {
        var results = [Result](repeating: .taken, count: rows.count)
        let entries = try await entries(for: rows, way, &results)
        guard !entries.isEmpty else { return results }
        let vault = OperatorCaller(home: caller.home, users: caller.users)
        let enrolled = try await vault.enrol(
            EnrolRequest(entries: entries.map(\.entry), confirmed: confirmed, isSuccession: way == .succeeding)
        ).all
        guard enrolled.count == entries.count else { throw ControlCaller.mismatch }
        let recipients = try zip(entries, enrolled).map { numbered, recipient in
            guard let record = recipient.record else { throw ControlCaller.mismatch }
            return ControlRequest.NewRecipient(
                id: recipient.id.description, handle: recipient.handle.text, name: recipient.name.text,
                language: recipient.language.description, confirmed: confirmed,
                former: numbered.entry.former?.record?.version, isSuccessor: way == .succeeding ? true : nil,
                version: record.version,
                seal: Data(record.seal).base64EncodedString(),
                authorisation: Data(record.authorisation).base64EncodedString(),
                aliases: rows[numbered.index].aliases.map(\.text))
        }
        let stored: [Bool] = try await caller.ask(.enrolRecipients(site: site, recipients: recipients))
        guard stored.count == entries.count else { throw ControlCaller.mismatch }
        for (numbered, isStored) in zip(entries, stored) { if isStored { results[numbered.index] = .stored } }
        try await vault.note(
            zip(enrolled, stored).compactMap { recipient, isStored in
                guard isStored, let version = recipient.record?.version else { return nil }
                return .inUse(.recipient(recipient.handle, at: recipient.site), version: version, recipient.id)
            })
        return results
    }

    /// What the vault is to seal: new recipients, and known ones if they are to get a new address.
    private func entries(
        for rows: [RecipientRow], _ way: Way, _ results: inout [Result]
    ) async throws -> [(index: Int, entry: EnrolRequest.Entry)] {
        let siteID: SiteID
        do { siteID = try SiteID(site) } catch { throw Exit.data.saying("\(error)") }
        let found: [FoundRecipient] = try await caller.ask(.findRecipients(site: site, handles: rows.map(\.handle.text)))
        let known = Dictionary(found.map { ($0.handle, $0) }) { first, _ in first }
        var entries: [(index: Int, entry: EnrolRequest.Entry)] = []
        for (index, row) in rows.enumerated() {
            var former: Recipient?
            switch (known[row.handle.text], way) {
            case (nil, _): break
            case (let existing?, .succeeding) where existing.version == nil: break
            case (let existing?, .replacing) where existing.version != nil:
                former = existing.recipient(at: siteID)
                guard former?.record != nil else { throw ControlCaller.mismatch }
            case (let existing?, _):
                results[index] = existing.version == nil ? .erased : .taken
                continue
            }
            let entry = EnrolRequest.Entry(
                site: siteID, handle: row.handle, name: row.name, language: row.language, address: row.address, former: former)
            entries.append((index, entry))
        }
        return entries
    }
}
