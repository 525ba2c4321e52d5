private import ArgumentParser
private import Dispatch
private import Glibc
internal import PosternHost

/// Where the program begins, on its first and only thread and before anything asynchronous.
@main
enum Program {
    static func main() {
        // Not later: once Swift's main queue runs, the first thread has ended (`dispatch_main`), and its entry in /proc, which
        // ps(1) reads, would show root for ever. And not in the supervisor's fork: glibc's setuid takes locks that another thread
        // may have held.
        becomeAsked()
        Task {
            await Postern.main()
            exit(0)
        }
        dispatchMain()
    }

    /// `--become USER:GROUP`, both numbers: the supervisor passes it to its children, and root to its errands.
    private static func becomeAsked() {
        guard let place = CommandLine.arguments.firstIndex(of: "--become"), place + 1 < CommandLine.arguments.count else {
            return
        }
        let ids = CommandLine.arguments[place + 1].split(separator: ":").compactMap { UInt32($0) }
        guard ids.count == 2 else { return }
        do { try ProcessUser.become(ids[0], ids[1]) } catch { exit(Exit.configuration.rawValue) }
    }
}
