internal import PosternCore
internal import PosternHost
internal import PosternLink
internal import PosternVault

/// Asks the vault over its operator socket, or uses its keys in this process while no vault runs. Addresses go this way, and
/// never through the relay.
struct OperatorCaller {
    let home: Home
    let configuration: Configuration

    /// - Throws: `ExitCode` after saying why the vault could not be asked.
    func seal(_ request: EnrolRequest) async throws -> SealedRecords {
        if let answer = try await askVault(.enrol, request.payload) { return try SealedRecords(payload: answer) }
        return try withKeys { try Enrolment(ring: $0).records(for: request) }
    }

    /// - Throws: as `seal` does.
    func keys() async throws -> KeyReport {
        if let answer = try await askVault(.keys) { return try KeyReport(payload: answer) }
        return try withKeys { $0.report }
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
        } catch {
            throw Exit.unavailable.saying("the vault did not do it: \(error)")
        }
    }

    private func withKeys<Result>(_ body: (KeyRing) throws -> Result) throws -> Result {
        guard let lock = try FileLock(path: home.vaultLock) else {
            throw Exit.temporary.saying(
                "the vault (process \(FileLock.holder(of: home.vaultLock))) runs and does not answer yet\n"
                    + "    Try again in a moment.")
        }
        let folder = KeyFolder(path: home.keys, owner: try ProcessUsers(configuration.users).vault?.id)
        let done = Swift.Result<Result, any Error> { try body(try KeyRing(folder: folder)) }
        _ = consume lock
        do { return try done.get() } catch { throw Exit.configuration.saying("\(error)") }
    }
}
