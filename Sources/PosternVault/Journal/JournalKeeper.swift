internal import ServiceLifecycle

/// Writes an entry each hour, so that silence shows.
package struct JournalKeeper: Service {
    private let journal: Journal
    private let monotonic: @Sendable () -> Duration

    package init(journal: Journal, monotonic: @escaping @Sendable () -> Duration) {
        self.journal = journal
        self.monotonic = monotonic
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await journal.keep(at: monotonic())
                try? await Task.sleep(for: .seconds(10))
            }
        }
    }
}
