private import Glibc
internal import Logging
internal import PosternHost
internal import ServiceLifecycle
private import Synchronization

/// Runs one relay and one vault as children, and starts each again, with back-off, when it ends. A child that does not answer is
/// logged; one that hangs is killed.
struct Supervisor: Service {
    typealias Child = ProcessRole

    let executable: String
    let arguments: [String]
    let users: ProcessUsers
    let refusedCalls: RefusedCalls
    let readyNotice: ReadyNotice
    let refused: RefusedClients?
    let logger: Logger
    private let children = Children()

    /// The processes that run now, and those that are being started again on purpose.
    private final class Children: Sendable {
        private let state = Mutex<(running: [Child: ChildProcess], awaited: Set<Child>)>(([:], []))

        func began(_ process: ChildProcess, _ child: Child) {
            state.withLock { $0.running[child] = process }
        }

        func running(_ child: Child) -> ChildProcess? { state.withLock { $0.running[child] } }

        func await(_ child: Child) {
            _ = state.withLock { $0.awaited.insert(child) }
        }

        /// Whether its end was ordered.
        func takeAwaited(_ child: Child) -> Bool { state.withLock { $0.awaited.remove(child) != nil } }
    }

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

    /// Ends a child as a shutdown does, and starts it again. Returns once the new one has begun.
    func startAgain(_ child: Child) async {
        guard let former = children.running(child) else { return }
        children.await(child)
        // The relay is told in another way: its letters go on at the vault, and it need not wait for them.
        former.stop(by: child == .relay ? SIGHUP : SIGTERM)
        while children.running(child) === former, !Task.isShuttingDownGracefully, !Task.isCancelled {
            do { try await Task.sleep(for: .milliseconds(50)) } catch { return }
        }
    }

    /// Starts a child again and again until shutdown.
    /// - Parameter down: finishes when the child may be told to end.
    private func keepRunning(_ child: Child, until down: AsyncStream<Never>?) async throws {
        var backOff = RestartBackOff()
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let began = ContinuousClock.now
            let ending = try await runOnce(child, until: down)
            if Task.isShuttingDownGracefully || Task.isCancelled { return }
            if children.takeAwaited(child) { continue }
            let span = ContinuousClock.now - began
            if case .exit(let status) = ending, backOff.isHopeless(status: status, afterLasting: span) {
                throw ChildFailed(child: child, status: status)
            }
            if case .refused(let call) = ending { note(call, by: child) }
            let wait = backOff.wait(afterLasting: span)
            logger.error(
                "a process ended and is started again",
                metadata: ["child": "\(child.rawValue)", "status": "\(ending)", "in": "\(wait)"])
            await cancelWhenGracefulShutdown { try? await Task.sleep(for: wait) }
        }
    }

    /// - Returns: how it ended.
    private func runOnce(_ child: Child, until down: AsyncStream<Never>?) async throws -> ChildProcess.Ending {
        let lifeline = try Lifeline()
        defer { lifeline.close() }
        let process = ChildProcess(
            child.rawValue, becoming: users.user(of: child), refused: child == .relay ? refused : nil)
        children.began(process, child)
        return try await withThrowingTaskGroup(of: ChildProcess.Ending?.self) { group in
            group.addTask {
                do { try await gracefulShutdown() } catch { return nil }
                if let down { for await _ in down {} }
                process.stop()
                return nil
            }
            group.addTask {
                await watch(child, process, over: lifeline)
                return nil
            }
            group.addTask {
                try await withTaskCancellationHandler {
                    try await process.run(
                        executable, arguments: [child.rawValue] + arguments + ["--supervised"], lifeline: lifeline.childEnd)
                } onCancel: {
                    process.stop()
                }
            }
            while let ended = try await group.next() {
                guard let ended else { continue }
                group.cancelAll()
                return ended
            }
            return .signal(0)
        }
    }

    /// For the doctor, since the log may be gone when somebody asks.
    private func note(_ call: String, by child: Child) {
        logger.critical(
            "a process made a system call that it never makes: a fault of ours, or somebody has taken it over",
            metadata: ["child": "\(child.rawValue)", "call": "\(call)"])
        do {
            try refusedCalls.add(.init(at: .now, child: child, call: call))
        } catch {
            logger.error("that could not be noted for postern doctor", metadata: ["error": "\(error)"])
        }
    }

    /// Until the task is cancelled.
    private func watch(_ child: Child, _ process: ChildProcess, over lifeline: Lifeline) async {
        var watch = AnswerWatch()
        while !Task.isCancelled {
            lifeline.ask()
            do { try await Task.sleep(for: AnswerWatch.interval) } catch { return }
            let name: Logger.Metadata = ["child": "\(child.rawValue)"]
            let isAnswered = lifeline.hasAnswer()
            if isAnswered { readyNotice.hasAnswered(child) }
            switch watch.look(isAnswered: isAnswered) {
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
