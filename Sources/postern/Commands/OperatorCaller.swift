internal import PosternCore
internal import PosternHost
internal import PosternLink
internal import PosternVault

/// Asks the vault over its operator socket, or uses its keys in this process while no vault runs. Addresses go this way, and
/// never through the relay. Root does it through an errand.
struct OperatorCaller {
    let home: Home
    let users: ProcessUsers

    /// - Throws: `ExitCode` after saying why the vault could not be asked.
    func seal(_ request: EnrolRequest) async throws -> SealedRecords {
        if let vault = users.vault {
            return try SealedRecords(payload: try await Errand(home: home, user: vault).run(.seal, input: request.payload))
        }
        if let answer = try await askVault(.enrol, request.payload) { return try SealedRecords(payload: answer) }
        return try await withKeys { try Enrolment(ring: $0).records(for: request) }
    }

    /// - Throws: as `seal` does.
    func keys() async throws -> KeyReport {
        if let vault = users.vault {
            return try KeyReport(payload: try await Errand(home: home, user: vault).run(.keys))
        }
        if let answer = try await askVault(.keys) { return try KeyReport(payload: answer) }
        return try await withKeys { $0.report }
    }

    /// - Returns: nil when no vault runs.
    private func askVault(_ verb: OperatorVerb, _ payload: [UInt8] = []) async throws -> [UInt8]? {
        do {
            return try await FrameClient(path: home.operatorSocket).request(verb, payload)
        } catch LinkFault.unreachable {
            return nil
        } catch {
            throw Exit.unavailable.saying("the vault did not do it: \(error)")
        }
    }

    private func withKeys<Result>(_ body: (KeyRing) throws -> Result) async throws -> Result {
        guard let lock = try await FileLock.taken(path: home.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault (process \(FileLock.holder(of: home.vaultLock))) runs and does not answer yet\n"
                    + "    Try again in a moment.")
        }
        let folder = KeyFolder(path: home.keys)
        let done = Swift.Result<Result, any Error> { try body(try KeyRing(folder: folder)) }
        _ = consume lock
        do { return try done.get() } catch { throw Exit.configuration.saying("\(error)") }
    }
}
