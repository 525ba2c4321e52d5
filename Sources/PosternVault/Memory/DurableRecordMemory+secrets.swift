private import Dispatch
package import PosternCore
package import PosternLink
package import PosternSealing

/// The own secrets, in the file beside the memory. Where the disk must be waited for, a thread of their own waits.
extension DurableRecordMemory {
    package func ownSecret(of recipient: RecipientID) throws -> OwnSecretState { try secrets.state(of: recipient) }

    package var destroyedOwnSecrets: Int { secrets.destroyed }

    package func takeOwnSecrets(for owners: [RecordOwner]) async throws -> [OwnSecret] {
        for owner in owners { try owner.check(newest(of: owner.name)) }
        let taken = try await onSecrets { try $0.take(for: owners) }
        await followSecretsCopy()
        return taken
    }

    package func destroyOwnSecret(of owner: RecordOwner) async throws {
        try await onSecrets { try $0.destroy(of: owner) }
        await followSecretsCopy()
    }

    package var secretsCopy: SecretsCopyReport? { copy?.report }

    package func followSecretsCopy() async { await copy?.follow() }

    private func onSecrets<Result: Sendable>(
        _ body: @escaping @Sendable (OwnSecretFile) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { (asker: CheckedContinuation<Result, any Error>) in
            secretsQueue.async { [secrets] in asker.resume(with: Swift.Result { try body(secrets) }) }
        }
    }
}
