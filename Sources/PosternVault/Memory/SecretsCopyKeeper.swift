internal import ServiceLifecycle

/// Looks after the second place of the own secrets while nobody joins and nobody is erased: its disk may have come back, or gone.
package struct SecretsCopyKeeper: Service {
    private let secrets: any OwnSecrets

    package init(_ secrets: any OwnSecrets) {
        self.secrets = secrets
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await secrets.followSecretsCopy()
                try? await Task.sleep(for: .seconds(60))
            }
        }
    }
}
