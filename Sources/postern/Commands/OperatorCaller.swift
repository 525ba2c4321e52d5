internal import ArgumentParser
internal import PosternCore
internal import PosternHost
internal import PosternLink
internal import PosternVault

/// Asks the vault over its operator socket, or uses its keys in this process while no vault runs. Addresses go this way, and
/// never through the relay. Root does it through an errand.
struct OperatorCaller {
    let home: Home
    let users: ProcessUsers

    /// - Throws: `ExitCode` after saying why the vault could not be asked, or would not do it.
    func enrol(_ request: EnrolRequest) async throws -> Enrolled {
        try Enrolled(payload: try await ask(.enrol, request.payload))
    }

    /// - Throws: as `enrol` does.
    func authorise(_ request: SiteRequest) async throws -> Site {
        try Site(payload: try await ask(.authoriseSite, request.payload))
    }

    /// - Throws: as `enrol` does.
    func siteToken(_ request: SiteTokenRequest) async throws -> SiteToken {
        try SiteToken(payload: try await ask(.siteToken, request.payload))
    }

    /// - Throws: as `enrol` does.
    func staffLink(_ request: StaffLinkRequest) async throws -> StaffLink {
        try StaffLink(payload: try await ask(.staffLink, request.payload))
    }

    /// - Throws: as `enrol` does.
    func staffEnd(_ request: StaffLinkRequest) async throws {
        _ = try await ask(.staffEnd, request.payload)
    }

    /// Tells the vault what the store has kept, or erased.
    /// - Throws: as `enrol` does.
    func note(_ notes: [RecordNotes.Note]) async throws {
        guard !notes.isEmpty else { return }
        _ = try await ask(.note, RecordNotes(all: notes).payload)
    }

    /// - Throws: as `enrol` does.
    func search(_ request: AddressSearch) async throws -> AddressMatches {
        try AddressMatches(payload: try await ask(.search, request.payload))
    }

    /// - Returns: the digest by which the sender with that address can be blocked, and those that blocks of earlier machines have.
    /// - Throws: as `enrol` does.
    func nameSender(_ address: EmailAddress) async throws -> [SenderDigest] {
        try SenderNames(payload: try await ask(.nameSender, AddressRequest(address: address).payload)).all
    }

    /// - Throws: as `enrol` does.
    func keys() async throws -> KeyReport { try KeyReport(payload: try await ask(.keys)) }

    /// After an erasure: it is done, also where the second place of the own secrets does not have it yet.
    func sayIfSecretsCopyIsBehind(_ configuration: Configuration) async {
        guard configuration.secretsCopy != nil, let copy = try? await keys().secretsCopy, let problem = copy.problem else {
            return
        }
        Terminal.complain(
            "\(copy.path) may still have the own secret of who was erased: \(problem.reason). The vault remembers that it is destroyed, and "
                + "overwrites it there as soon as it can.\n    \(problem.remedy)")
    }

    /// - Throws: as `enrol` does.
    func rotateAddressKey() async throws -> KeyReport { try KeyReport(payload: try await ask(.rotateAddressKey)) }

    /// - Throws: as `enrol` does.
    func retire(_ ids: [String]) async throws -> KeyReport {
        try KeyReport(payload: try await ask(.retireKeys, KeyRetirement(ids: ids).payload))
    }

    /// Has the vault's journal say what was done without it. What was done stays done.
    func record(_ deed: OperatorDeed) async {
        do {
            _ = try await ask(.record, deed.payload)
        } catch {
            Terminal.complain("It is done, and the vault's journal says nothing of it. See postern doctor.")
        }
    }

    /// - Returns: nil when no vault runs.
    /// - Throws: as `enrol` does.
    func condition() async throws -> VaultCondition? {
        let answer = try await ask(.condition)
        return answer.isEmpty ? nil : try VaultCondition(payload: answer)
    }

    /// - Throws: as `enrol` does.
    func trustClock() async throws -> VaultCondition.Clock {
        let answer = try await ask(.trustClock)
        guard !answer.isEmpty else {
            throw Exit.unavailable.saying(
                "no vault runs, and it is the vault that must believe the clock\n"
                    + "    Start the service. It destroys no key before you say this again.")
        }
        return try VaultCondition(payload: answer).clock
    }

    /// - Returns: the payload of the answer; empty for what only a running vault can answer, while none runs.
    /// - Throws: as `enrol` does.
    func ask(_ verb: OperatorVerb, _ payload: [UInt8] = []) async throws -> [UInt8] {
        if let vault = users.vault {
            return try await Errand(home: home, user: vault).run(.vault, ["\(verb.rawValue)"], input: payload)
        }
        try RightUser.check(for: home.operatorRun, in: home)
        if let answer = try await askVault(verb, payload) { return answer }
        guard verb != .condition, verb != .trustClock else { return [] }
        return try await withKeys { ring in
            let settings = Result { try SettingsFile(home: home).configuration() }
            if verb == .keys {
                var report = ring.report
                // Also where the settings have a fault.
                let copy = try? settings.get().secretsCopy
                report.secretsCopy = copy.map { SecretsCopyPlace(at: $0).report(beside: home.records) }
                return report.payload
            }
            let configuration = try settings.get()
            let memory = try await openMemory(home, ring: ring, copy: configuration.secretsCopy)
            let links = try StaffLinks(ring: ring, memory: memory, randomness: .system, now: { .now })
            let enrolment = try Enrolment(ring: ring, memory: memory, newID: newRecipientID)
            let journal = makeJournal(home, configuration, signers: ring.journalSigners)
            let searcher = AddressSearcher(opener: SealOpener(ring: ring, secrets: memory))
            return try await JournaledOperators(
                enrolment: enrolment, links: links, searcher: searcher,
                keys: AddressKeyChange(ring: ring, journal: journal, now: { .now }), journal: journal
            ).answer(verb, payload)
        }
    }

    /// - Returns: nil when no vault runs.
    private func askVault(_ verb: OperatorVerb, _ payload: [UInt8]) async throws -> [UInt8]? {
        do {
            return try await FrameClient(path: home.operatorSocket).request(verb, payload)
        } catch LinkFault.unreachable {
            return nil
        } catch let refusal as LinkRefusal where refusal.code == .denied {
            throw Exit.data.saying("\(refusal)")
        } catch {
            throw Exit.unavailable.saying("the vault did not do it: \(error)")
        }
    }

    private func withKeys<Result: Sendable>(_ body: (KeyRing) async throws -> Result) async throws -> Result {
        guard let lock = try await FileLock.taken(path: home.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault (process \(FileLock.holder(of: home.vaultLock))) runs and does not answer yet\n"
                    + "    Try again in a moment.")
        }
        let done: Swift.Result<Result, any Error>
        do { done = .success(try await body(try KeyRing(folder: KeyFolder(path: home.keys)))) } catch { done = .failure(error) }
        _ = consume lock
        do {
            return try done.get()
        } catch let refusal as LinkRefusal {
            throw Exit.data.saying("\(refusal)")
        } catch let fault as RecordMemoryFault {
            throw Exit.data.saying("\(fault)")
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
    }
}
