private import Glibc
internal import Logging
internal import ServiceLifecycle

private import class Foundation.Thread

/// Ends the process when its supervisor is gone: standard input is a pipe then, and reads end-of-file.
struct LifelineService: Service {
    let logger: Logger

    func run() async throws {
        let (end, ends) = AsyncStream<Never>.makeStream()
        // A thread of its own, since the read blocks for as long as we live; nobody joins it.
        let thread = Thread {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 || errno == EINTR { errno = 0 }
            ends.finish()
        }
        thread.name = "lifeline"
        thread.start()
        await cancelWhenGracefulShutdown {
            for await _ in end {}
        }
        if !Task.isShuttingDownGracefully {
            logger.warning("the supervisor is gone; stopping")
        }
    }
}
