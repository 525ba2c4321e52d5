private import CUnix
private import Glibc
internal import Logging
internal import ServiceLifecycle

private import class Foundation.Thread

/// What relay and vault do before anything else.
enum ProcessGuard {
    /// Keeps what is in memory there, and new files to ourselves.
    /// - Throws: `ExitCode` 78 when the kernel will not.
    static func close(becoming user: ProcessUser?) throws {
        umask(0o077)
        try user?.become()
        // After the change of user: that resets it (prctl(2)).
        guard unix_forbid_dump() == 0, unix_is_dumpable() == 0 else {
            throw Exit.configuration.saying("cannot keep this process's memory private: \(String(cString: strerror(errno)))")
        }
        signal(SIGPIPE, SIG_IGN)
        // Each return of memory interrupts the other core to flush its page tables: 4 % of the relay's time under load.
        unix_keep_freed_memory(4 * 1_024 * 1_024)
    }

    static func ignoreInterrupts() {
        signal(SIGINT, SIG_IGN)
    }
}

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
