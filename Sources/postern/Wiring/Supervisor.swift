private import CUnix
private import Glibc
internal import Logging
internal import PosternHost
internal import ServiceLifecycle
private import Subprocess
private import Synchronization
private import SystemPackage

/// Runs one relay and one vault as children, and starts each again, with back-off, when it ends. A child that does not answer is
/// logged; one that hangs is killed.
struct Supervisor: Service {
    typealias Child = ProcessRole

    let executable: String
    let users: ProcessUsers
    let arguments: [String]
    let logger: Logger

    private static let stopTimeout = Duration.seconds(40)

    /// A child ended in a way that another start would not help.
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
                try await keepRunning(.relay, until: nil)
            }
            children.addTask { try await keepRunning(.vault, until: relayIsDown) }
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
    private func keepRunning(_ child: Child, until down: AsyncStream<Never>?) async throws {
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
        defer { lifeline.close() }
        let process = RunningChild(lifeline)
        return try await withThrowingTaskGroup(of: Int32??.self) { group in
            group.addTask {
                do { try await gracefulShutdown() } catch { return .none }
                if let down { for await _ in down {} }
                process.terminate()
                // Longer than a healthy child takes. One that hangs must not keep the service from ending.
                do { try await Task.sleep(for: Self.stopTimeout) } catch { return .none }
                process.kill()
                return .none
            }
            group.addTask {
                await watch(child, process, over: lifeline)
                return .none
            }
            group.addTask { .some(try await run(child, as: process, lifeline)) }
            while let ended = try await group.next() {
                guard let ended else { continue }
                group.cancelAll()
                return ended
            }
            return nil
        }
    }

    private func run(_ child: Child, as process: RunningChild, _ lifeline: Lifeline) async throws -> Int32? {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(35))]
        let ended = try await Subprocess.run(
            .path(FilePath(executable)), arguments: Arguments(self.arguments(for: child)),
            platformOptions: options, input: .fileDescriptor(lifeline.childEnd, closeAfterSpawningProcess: false),
            output: .currentStandardOutput, error: .currentStandardError
        ) { execution in
            // The library reaps the process only after this closure has returned, so the number is still the child's.
            process.hasBegun(execution.processIdentifier.value)
        }
        if case .exited(let status) = ended.terminationStatus { return status }
        return nil
    }

    /// Until the task is cancelled.
    private func watch(_ child: Child, _ process: RunningChild, over lifeline: Lifeline) async {
        var watch = AnswerWatch()
        while !Task.isCancelled {
            lifeline.ask()
            do { try await Task.sleep(for: AnswerWatch.interval) } catch { return }
            let name: Logger.Metadata = ["child": "\(child.rawValue)"]
            switch watch.look(isAnswered: lifeline.hasAnswer()) {
            case .nothing: break
            case .silent: logger.error("a process does not answer", metadata: name)
            case .answersAgain: logger.notice("a process answers again", metadata: name)
            case .slowStart: logger.warning("a process is still starting", metadata: name)
            case .hung:
                logger.critical("a process hangs and is killed", metadata: name)
                process.kill()
            case .neverStarted:
                logger.critical("a process does not get past its start and is killed", metadata: name)
                process.kill()
            }
        }
    }
}

/// The child that runs now, if one does.
///
/// It is signalled through a handle of its process, never by number: the number of a child that has ended belongs to another
/// process as soon as the kernel gives it out again, while the handle then reaches nobody.
private final class RunningChild: Sendable {
    private struct State {
        var handle: FileDescriptor?
        var isToEnd = false
    }

    private let lifeline: Lifeline
    private let state = Mutex(State())

    init(_ lifeline: Lifeline) {
        self.lifeline = lifeline
    }

    deinit {
        try? state.withLock { $0.handle }?.close()
    }

    /// If `terminate` was called before the child began, it is terminated at once.
    func hasBegun(_ number: pid_t) {
        let handle = unix_process_handle(number)
        let isToEnd = state.withLock { state in
            // Before Linux 5.3 there are no handles. Such a child is told to end over its lifeline, and cannot be killed.
            if handle >= 0 { state.handle = FileDescriptor(rawValue: handle) }
            return state.isToEnd
        }
        if isToEnd { terminate() }
    }

    func terminate() {
        state.withLock { $0.isToEnd = true }
        if !signal(SIGTERM) { lifeline.cut() }
    }

    func kill() {
        _ = signal(SIGKILL)
    }

    /// - Returns: false when there is no process to signal.
    private func signal(_ number: Int32) -> Bool {
        state.withLock { state in
            guard let handle = state.handle else { return false }
            return unix_signal_process(handle.rawValue, number) == 0
        }
    }
}
