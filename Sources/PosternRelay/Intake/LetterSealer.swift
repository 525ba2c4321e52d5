package import PosternCore
package import PosternSealing
private import Synchronization

/// Seals letters and evidence under the keys of the day on which they arrive.
///
/// Holds one sealing session for each purpose. A session, and its secret with it, is dropped after 60 s, after 4,096 seals, or at
/// the end of its epoch.
package final class LetterSealer: Sendable {
    private struct Running {
        var session: SealingSession
        var seals = 0
    }

    private let vault: VaultLink
    private let sessions = Mutex<[SealPurpose: Running]>([:])

    package init(vault: VaultLink) {
        self.vault = vault
    }

    /// There is no key of that day: the vault has not been reached since the day began.
    package struct NoKey: Error, Sendable, CustomStringConvertible {
        package let purpose: SealPurpose
        package let epoch: Epoch

        package var description: String { "the vault has announced no \(purpose.name) key for \(epoch) yet" }
    }

    /// From which the keys of a day follow with which recipients see what came for them.
    func ledger(of epoch: Epoch) -> LedgerDay? { vault.ledger(of: epoch) }

    /// - Parameters:
    ///   - letter: as `LetterCoding` or `ReplyCoding` writes it.
    ///   - context: `letter` or `reply`.
    /// - Throws: `NoKey`, `SealFault`.
    package func seal(
        _ letter: [UInt8], in context: SealContext, from client: ClientAddress, as id: LetterID, now: Timestamp
    ) throws -> (letter: [UInt8], evidence: [UInt8]) {
        let epoch = Epoch(containing: now)
        let letterSession = try session(.letter, epoch: epoch, now: now)
        let evidenceSession = try session(.evidence, epoch: epoch, now: now)
        return (
            try letterSession.seal(letter, in: context),
            try evidenceSession.seal(client.mappedBytes, in: .evidence(of: id, at: context.site))
        )
    }

    /// Seals evidence alone, for a submission that was refused.
    package func seal(_ client: ClientAddress, as id: LetterID, at site: SiteID, now: Timestamp) throws -> [UInt8] {
        try session(.evidence, epoch: Epoch(containing: now), now: now).seal(client.mappedBytes, in: .evidence(of: id, at: site))
    }

    /// Drops sessions that are over, so that an idle relay holds no secret either.
    package func forgetOld(now: Timestamp) {
        sessions.withLock { sessions in
            sessions = sessions.filter { Self.isFresh($0.value, epoch: Epoch(containing: now), now: now) }
        }
    }

    private func session(_ purpose: SealPurpose, epoch: Epoch, now: Timestamp) throws -> SealingSession {
        try sessions.withLock { sessions in
            if var running = sessions[purpose], Self.isFresh(running, epoch: epoch, now: now) {
                running.seals += 1
                sessions[purpose] = running
                return running.session
            }
            sessions[purpose] = nil
            guard let key = vault.key(purpose, of: epoch) else { throw NoKey(purpose: purpose, epoch: epoch) }
            let session = try SealingSession(to: key, at: now)
            sessions[purpose] = Running(session: session, seals: 1)
            return session
        }
    }

    private static func isFresh(_ running: Running, epoch: Epoch, now: Timestamp) -> Bool {
        let age = now.since(running.session.began)
        return running.session.key.epoch == epoch && running.seals < SealingSession.capacity
            && age < SealingSession.lifetime && age >= .zero
    }
}
