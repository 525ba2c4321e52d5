private import CUnix
internal import ServiceLifecycle

/// Gives back the code that only the start needed.
///
/// Most of what runs in an idle process ran once: settings, commands, templates, the libraries' own beginnings. It lies all
/// over a program of 30 MiB of code, and the kernel maps sixteen pages for each one that is touched (filemap_map_pages, the
/// kernel's "fault around"): without this, `ps` shows 20 MiB of code in each process, and an operator looks for a leak.
struct StartUpCode: Service {
    /// From the first service until the start is over for good; listening begins within a tenth of it.
    private static let start = Duration.seconds(1)

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.start) }
            unix_give_back_code()
        } catch is CancellationError {
            // The process ends; the kernel takes it all.
        }
    }
}
