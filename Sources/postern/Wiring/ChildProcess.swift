private import CUnix
private import Foundation
private import Glibc
internal import PosternHost
private import Synchronization

/// One run of a child: it has a session of its own and no terminal, and what it writes comes through a pipe and is printed here.
///
/// It must not reach root's terminal: a process can type into the terminal it belongs to (TIOCSTI), and text can tell a terminal
/// to do things. A thread of ours reads the pipe and blocks; the child cannot make this process keep more than one line.
final class ChildProcess: Sendable {
    enum Ending: Sendable, CustomStringConvertible {
        case exit(Int32)
        case signal(Int32)
        /// It was ended because of this system call.
        case refused(call: String)

        var description: String {
            switch self {
            case .exit(let status): String(status)
            case .signal: "killed"
            case .refused: "refused"
            }
        }
    }

    private struct State {
        /// Nil before it runs, and once it has been reaped: then the number may be another process's.
        var child: pid_t?
        /// It was told to end, and is killed at this time.
        var end: ContinuousClock.Instant?
    }

    private let name: String
    private let user: ProcessUser?
    private let refused: RefusedClients?
    private let state = Mutex(State())

    /// Longer than a healthy child takes to finish its letters. One that hangs must not keep the service from ending.
    private static let patience = Duration.seconds(40)

    /// A child that writes more than this has to wait for us.
    private static let bytesPerSecond = 4 * 1_024 * 1_024
    private static let pieceBytes = 65_536

    /// - Parameters:
    ///   - user: the user that it becomes; nil if it stays ours.
    ///   - refused: gets the clients that it names as refused.
    init(_ name: String, becoming user: ProcessUser?, refused: RefusedClients? = nil) {
        self.refused = refused
        self.name = name
        self.user = user
    }

    /// Starts it and waits for its end.
    /// - Throws: `ExitCode` 75 when it cannot be started.
    func run(_ executable: String, arguments: [String], lifeline: Int32) async throws -> Ending {
        let environment = CleanEnvironment.kept(of: ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }
        var end: Int32 = -1
        let child = withCStrings([executable] + arguments) { arguments in
            withCStrings(environment) { unix_start_child(executable, arguments, $0, lifeline, &end) }
        }
        guard child > 0 else {
            throw Exit.temporary.saying("cannot start \(executable): \(String(cString: strerror(errno)))")
        }
        begins(child)
        let output = end
        return await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                let call = copyLines(from: output, of: child)
                close(output)
                continuation.resume(returning: reap(child, call))
            }
            thread.name = name
            thread.start()
        }
    }

    /// Tells it to end, and kills it when it does not. A child that does not run yet ends as it begins.
    func stop(by number: Int32 = SIGTERM) {
        state.withLock { state in
            state.end = state.end ?? .now + Self.patience
            if let child = state.child { signal(child, number) }
        }
    }

    func kill() {
        state.withLock { state in
            if let child = state.child { signal(child, SIGKILL) }
        }
    }

    /// Root needs a right of its own to signal another user's process (CAP_KILL), which systemd's unit does not leave it.
    private func signal(_ child: pid_t, _ number: Int32) {
        if Glibc.kill(child, number) != 0, errno == EPERM, let user { unix_signal_as(user.id, child, number) }
    }

    private func begins(_ child: pid_t) {
        state.withLock { state in
            state.child = child
            if state.end != nil { signal(child, SIGTERM) }
        }
    }

    private func killIfLate() {
        if state.withLock({ $0.end.map { $0 < .now } ?? false }) { kill() }
    }

    /// Until the child has ended, or has closed its end of the pipe.
    /// - Returns: the system call for which it was ended, as its last line says.
    private func copyLines(from output: Int32, of child: pid_t) -> String? {
        var lines = ChildLines(of: name)
        var call: String?
        func take(_ line: String) {
            let own = line.trimmingPrefix("\(name)| ")
            call = RefusedCalls.call(in: String(own)) ?? call
            // There may be an address in it, whether or not anybody wants to know.
            if RefusedClient.isMeant(by: own) { refused?.take(own) } else { Terminal.complain(line) }
        }
        var bytes = [UInt8](repeating: 0, count: Self.pieceBytes)
        while true {
            var readiness = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let isReady = poll(&readiness, 1, 1_000)
            killIfLate()
            if isReady > 0 {
                let count = read(output, &bytes, bytes.count)
                guard count > 0 else { break }
                for line in lines.take(bytes[..<count]) { take(line) }
                if count > Self.pieceBytes / 2 { usleep(useconds_t(count * 1_000_000 / Self.bytesPerSecond)) }
            } else if isReady == 0, unix_child_has_ended(child) == 1 {
                // Something else holds the other end of the pipe.
                break
            }
        }
        if let line = lines.end() { take(line) }
        return call
    }

    private func reap(_ child: pid_t, _ call: String?) -> Ending {
        while unix_child_has_ended(child) == 0 {
            usleep(10_000)
            killIfLate()
        }
        var status: Int32 = 0
        state.withLock { state in
            waitpid(child, &status, 0)
            state.child = nil
        }
        // wait(2): the lower seven bits are the signal, if one ended it; the next byte is what it returned.
        let number = status & 0x7F
        guard number != 0 else { return .exit(status >> 8 & 0xFF) }
        return number == SIGSYS ? .refused(call: call ?? "unknown") : .signal(number)
    }
}
