internal import PosternCore
internal import PosternHost
internal import PosternLink
internal import PosternVault

/// Asks the vault over its operator socket, or uses its keys in this process while no vault runs. Addresses go this way, and
/// never through the relay.
struct OperatorCaller {
    let home: Home
    let configuration: Configuration

    /// - Throws: `ExitCode` after saying why the vault could not be asked, or would not do it.
    func enrol(_ request: EnrolRequest) async throws -> Enrolled {
        if let answer = try await askVault(.enrol, request.payload) { return try Enrolled(payload: answer) }
        return try await withEnrolment { try await $0.enrol(request) }
    }

    /// - Throws: as `enrol` does.
    func authorise(_ request: SiteRequest) async throws -> Site {
        if let answer = try await askVault(.authoriseSite, request.payload) { return try Site(payload: answer) }
        return try await withEnrolment { try await $0.authorise(request) }
    }

    /// Tells the vault what the store has kept, or erased.
    /// - Throws: as `enrol` does.
    func note(_ notes: [RecordNotes.Note]) async throws {
        guard !notes.isEmpty else { return }
        let notes = RecordNotes(all: notes)
        if try await askVault(.note, notes.payload) == nil { try await withEnrolment { try await $0.note(notes) } }
    }

    /// - Throws: as `enrol` does.
    func keys() async throws -> KeyReport {
        if let answer = try await askVault(.keys) { return try KeyReport(payload: answer) }
        return try await withKeys { $0.report }
    }

    /// - Returns: nil when no vault runs.
    func condition() async throws -> VaultCondition? {
        try await askVault(.condition).map { try VaultCondition(payload: $0) }
    }

    /// - Throws: `ExitCode` after saying why it was not done.
    func trustClock() async throws -> VaultCondition.Clock {
        guard let answer = try await askVault(.trustClock) else {
            throw Exit.unavailable.saying(
                "no vault runs, and it is the vault that must believe the clock\n"
                    + "    Start the service. It destroys no key before you say this again.")
        }
        return try VaultCondition(payload: answer).clock
    }

    /// - Returns: nil when no vault runs.
    private func askVault(_ verb: OperatorVerb, _ payload: [UInt8] = []) async throws -> [UInt8]? {
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

    private func withEnrolment<Result: Sendable>(_ body: (Enrolment) async throws -> Result) async throws -> Result {
        try await withKeys { ring in
            try await body(try Enrolment(ring: ring, memory: try await openMemory(home, ring: ring), newID: newRecipientID))
        }
    }

    private func withKeys<Result: Sendable>(_ body: (KeyRing) async throws -> Result) async throws -> Result {
        guard let lock = try FileLock(path: home.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault (process \(FileLock.holder(of: home.vaultLock))) runs and does not answer yet\n"
                    + "    Try again in a moment.")
        }
        let folder = KeyFolder(path: home.keys, owner: try ProcessUsers(configuration.users).vault?.id)
        let done: Swift.Result<Result, any Error>
        do { done = .success(try await body(try KeyRing(folder: folder))) } catch { done = .failure(error) }
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
