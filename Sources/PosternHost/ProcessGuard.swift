private import CUnix
private import Glibc

/// What a process of ours does before it touches what others must not see, whether or not it has a cage.
package enum ProcessGuard {
    /// Keeps others out of this process's memory and out of the files it will make.
    /// - Throws: `ExitCode` 78 when the kernel refuses.
    package static func close(becoming user: ProcessUser?) throws {
        umask(0o077)
        try user?.become()
        // After the change of user, which resets it (prctl(2)).
        guard unix_forbid_dump() == 0, unix_is_dumpable() == 0, unix_forbid_core() == 0 else {
            throw Exit.configuration.saying("cannot keep this process's memory private: \(String(cString: strerror(errno)))")
        }
        signal(SIGPIPE, SIG_IGN)
        // Each return of memory interrupts the other core, which must flush its page tables: 4 % of the relay's time under load.
        unix_keep_freed_memory(4 * 1_024 * 1_024)
    }
}
