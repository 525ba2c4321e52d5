internal import PosternCore
package import PosternLink
private import PosternSealing

/// Seals addresses for the operator: what `recipient add` and `import` ask for over the operator socket, or do with the keys
/// directly while no vault runs.
package struct Enrolment: Sendable {
    private let key: SealingKey
    private let authorisation: AddressAuthorisation

    /// - Throws: `KeyFault` when the ring lacks the address or the authorisation key.
    package init(ring: KeyRing) throws {
        guard let key = ring.address else { throw KeyFault(path: "the vault's keys", reason: .noneOfKind("address")) }
        self.key = key
        authorisation = try ring.authorisation()
    }

    package func records(for request: EnrolRequest) throws -> SealedRecords {
        SealedRecords(all: try request.entries.map { try record(for: $0, confirmed: request.confirmed) })
    }

    private func record(for entry: EnrolRequest.Entry, confirmed: Bool) throws -> SealedRecord {
        let seal = try key.seal(entry.address, in: .address(of: entry.recipient, at: entry.site, version: entry.version))
        let subject = AddressAuthorisation.Subject(
            site: entry.site, handle: entry.handle, recipient: entry.recipient, version: entry.version, seal: seal)
        return SealedRecord(
            version: entry.version, seal: seal, authorisation: authorisation.code(confirmed ? .confirmed : .invited, on: subject))
    }
}
