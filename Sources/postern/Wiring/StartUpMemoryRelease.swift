private import CUnix
internal import ServiceLifecycle

/// Releases the memory of code and data that only the start needed.
///
/// An idle process has run most of its code only once: settings, commands, templates, the start of each library. That code
/// is spread over a program of 30 MiB, and for each page that is touched the kernel maps sixteen ("fault around",
/// filemap_map_pages). Without this, `ps` shows 20 MiB of code in each process, and an operator looks for a leak.
struct StartUpMemoryRelease: Service {
    /// Counted from the first service. The ports are open within a tenth of it.
    private static let start = Duration.seconds(1)

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.start) }
            unix_release_memory()
        } catch is CancellationError {
            // The process ends, and the kernel takes everything back.
        }
    }
}
