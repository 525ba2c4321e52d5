private import CUnix
private import Glibc
internal import Logging
internal import PosternHost
internal import ServiceLifecycle
private import Subprocess
private import Synchronization
private import SystemPackage

/// Runs one relay and one vault as children and starts each again when it ends, with back-off.
struct Supervisor: Service {
    typealias Child = ProcessRole

    let executable: String
    let users: ProcessUsers
    let arguments: [String]
    let logger: Logger

    private static let stopTimeout = Duration.seconds(40)

    /// A child said that starting it again would not help.
    struct ChildFailed: Error {
        let child: Child
        let status: Int32
    }

    func run() async throws {
        // The vault outlives the relay on the way down, so that letters in flight can be finished.
        let (relayIsDown, relayEnds) = AsyncStream<Never>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { children in
            children.addTask {
                defer { relayEnds.finish() }
                try await keep(.relay, until: nil)
            }
            children.addTask { try await keep(.vault, until: relayIsDown) }
            do {
                while try await children.next() != nil {}
            } catch {
                children.cancelAll()
                throw error
            }
        }
    }

    /// Starts a child again and again until shutdown.
    /// - Parameter down: finishes when the child may be told to end.
    private func keep(_ child: Child, until down: AsyncStream<Never>?) async throws {
        var backOff = RestartBackOff()
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let began = ContinuousClock.now
            let status = try await runOnce(child, until: down)
            if Task.isShuttingDownGracefully || Task.isCancelled { return }
            let span = ContinuousClock.now - began
            if let status, backOff.isHopeless(status: status, afterLasting: span) {
                throw ChildFailed(child: child, status: status)
            }
            let wait = backOff.wait(afterLasting: span)
            logger.error(
                "a process ended and is started again",
                metadata: ["child": "\(child.rawValue)", "status": "\(status.map(String.init) ?? "killed")", "in": "\(wait)"])
            await cancelWhenGracefulShutdown { try? await Task.sleep(for: wait) }
        }
    }

    private func arguments(for child: Child) -> [String] {
        let become = users.user(of: child).map { ["--become", "\($0.id):\($0.group)"] } ?? []
        return [child.rawValue] + arguments + ["--supervised"] + become
    }

    /// - Returns: the exit status; nil when a signal ended it.
    private func runOnce(_ child: Child, until down: AsyncStream<Never>?) async throws -> Int32? {
        let lifeline = try Lifeline()
        defer { lifeline.cut() }
        let process = RunningChild()
        return try await withThrowingTaskGroup(of: Int32??.self) { group in
            group.addTask {
                do { try await gracefulShutdown() } catch { return .none }
                if let down { for await _ in down {} }
                process.terminate()
                // Longer than either takes that is well. One that is not must not keep the whole from ending.
                do { try await Task.sleep(for: Self.stopTimeout) } catch { return .none }
                process.kill()
                return .none
            }
            group.addTask {
                defer { process.hasEnded() }
                var options = PlatformOptions()
                options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(35))]
                let ended = try await Subprocess.run(
                    .path(FilePath(executable)), arguments: Arguments(self.arguments(for: child)),
                    platformOptions: options, input: .fileDescriptor(lifeline.childEnd, closeAfterSpawningProcess: false),
                    output: .currentStandardOutput, error: .currentStandardError
                ) { execution in
                    process.hasBegun(execution.processIdentifier.value)
                }
                if case .exited(let status) = ended.terminationStatus { return .some(status) }
                return .some(nil)
            }
            while let ended = try await group.next() {
                guard let ended else { continue }
                group.cancelAll()
                return ended
            }
            return nil
        }
    }
}

/// The child that runs at the moment, if one does: nobody is signalled who has ended, and who begins after the word to
/// end was given gets it at once.
private final class RunningChild: Sendable {
    private let state = Mutex<(pid: pid_t?, isToEnd: Bool)>((nil, false))

    func hasBegun(_ process: pid_t) {
        state.withLock { state in
            state.pid = process
            if state.isToEnd { _ = Glibc.kill(process, SIGTERM) }
        }
    }

    func hasEnded() {
        state.withLock { $0.pid = nil }
    }

    func kill() {
        state.withLock { state in
            if let pid = state.pid { _ = Glibc.kill(pid, SIGKILL) }
        }
    }

    func terminate() {
        state.withLock { state in
            state.isToEnd = true
            if let pid = state.pid { _ = Glibc.kill(pid, SIGTERM) }
        }
    }
}

/// A pipe that ties a child to its supervisor: the child's standard input is one end, and nobody but us holds the other.
/// When we end, however that happens, the child reads end-of-file and stops by itself.
///
/// PR_SET_PDEATHSIG would be tied to the thread that started the child, not to the process, and is forgotten when the
/// child changes its user (prctl(2)).
private struct Lifeline: Sendable {
    let childEnd: FileDescriptor
    private let ourEnd: FileDescriptor

    init() throws {
        var ends: (reading: Int32, writing: Int32) = (-1, -1)
        // Private, or the other child would hold our end open too.
        guard unix_private_pipe(&ends.reading, &ends.writing) == 0 else {
            throw Exit.temporary.saying("cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        childEnd = FileDescriptor(rawValue: ends.reading)
        ourEnd = FileDescriptor(rawValue: ends.writing)
    }

    func cut() {
        try? ourEnd.close()
        try? childEnd.close()
    }
}
