internal import NIOCore
private import NIOPosix
private import Synchronization

/// Sends requests to a frame server over one connection, several at a time. Connects for the first request, and again when the
/// connection is lost.
package final class FrameClient<Verb: LinkVerb>: Sendable {
    private let path: String
    private let eventLoop: any EventLoop
    private let exchange: NIOLoopBoundBox<Exchange<Verb>>
    private let lastID = Atomic<UInt32>(0)

    /// - Parameter malformed: counts malformed answers.
    package init(path: String, malformed: MalformedTally = MalformedTally()) {
        self.path = path
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        self.eventLoop = eventLoop
        exchange = .makeBoxSendingValue(
            Exchange(path: path, malformed: malformed, eventLoop: eventLoop), as: Exchange<Verb>.self, eventLoop: eventLoop)
    }

    deinit {
        eventLoop.execute { [exchange] in exchange.value.close() }
    }

    /// Waits for the answer until the deadline, or until the task is cancelled. In both cases the other side may still carry the
    /// request out; its late answer is dropped.
    /// - Parameter deadline: nil for the deadline of the verb.
    /// - Throws: `LinkFault`, or the `LinkRefusal` that the other side gave.
    package func request(_ verb: Verb, _ payload: [UInt8] = [], within deadline: Duration? = nil) async throws -> [UInt8] {
        guard FrameHead.fits(payload) else { throw LinkFault.tooLong(path: path) }
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let question = Question(
            frame: Frame(.request(verb), id: id, payload: payload), patience: deadline ?? verb.deadline,
            answered: eventLoop.makePromise(of: [UInt8].self))
        return try await withTaskCancellationHandler {
            eventLoop.execute { [exchange] in exchange.value.ask(question) }
            return try await question.answered.futureResult.get()
        } onCancel: {
            // This may run before the question is asked; then the mark stops it.
            question.isCancelled.store(true, ordering: .sequentiallyConsistent)
            eventLoop.execute { [exchange] in exchange.value.cancel(id) }
        }
    }

    /// Closes the connection. Requests in flight fail with `.lost`; a later request connects again.
    package func close() async {
        try? await eventLoop.flatSubmit { [exchange] in exchange.value.close() }.get()
    }
}

private final class Question<Verb: LinkVerb>: Sendable {
    let frame: Frame<Verb>
    let patience: Duration
    let answered: EventLoopPromise<[UInt8]>
    let isCancelled = Atomic(false)

    init(frame: Frame<Verb>, patience: Duration, answered: EventLoopPromise<[UInt8]>) {
        self.frame = frame
        self.patience = patience
        self.answered = answered
    }
}

/// The requests that wait for an answer, and the connection they were sent on. Used on its event loop only.
///
/// A question is in `waiting` from `ask` until exactly one of these takes it out and completes its promise: its answer, its
/// deadline, a cancellation, or the end of the connection. Nothing else completes a promise, so none is forgotten and none is
/// completed twice.
private final class Exchange<Verb: LinkVerb> {
    private enum Link {
        case closed
        /// The number distinguishes this attempt from an earlier one that was closed meanwhile.
        case connecting(Int)
        case open(any Channel)
    }

    private struct Waiter {
        let question: Question<Verb>
        let deadline: NIODeadline
        /// Whether it was sent on the current connection, whose end then fails it.
        var isSent = false
    }

    private let path: String
    private let malformed: MalformedTally
    private let eventLoop: any EventLoop
    private var link = Link.closed
    private var attempts = 0
    private var waiting: [UInt32: Waiter] = [:]
    /// Questions to send once connected, in the order they were asked. Some may have been given up meanwhile.
    private var unsent: [UInt32] = []
    /// Questions that were sent and then given up; their answers may still come.
    private var givenUp: Set<UInt32> = []
    private var alarm: (at: NIODeadline, task: Scheduled<Void>)?
    private var isFlushDue = false

    /// How many answers to abandoned questions may be outstanding before the connection is closed: a peer that owes more will not
    /// give them.
    private static var mostOwed: Int { 4_096 }

    init(path: String, malformed: MalformedTally, eventLoop: any EventLoop) {
        self.path = path
        self.malformed = malformed
        self.eventLoop = eventLoop
    }

    func ask(_ question: Question<Verb>) {
        guard !question.isCancelled.load(ordering: .sequentiallyConsistent) else {
            return question.answered.fail(LinkFault.cancelled(path: path, .notSent))
        }
        let deadline = NIODeadline.now() + TimeAmount(question.patience)
        waiting[question.frame.id] = Waiter(question: question, deadline: deadline)
        lookAgain(at: deadline)
        switch link {
        case .open(let channel):
            send(question.frame.id, on: channel)
        case .connecting:
            unsent.append(question.frame.id)
        case .closed:
            unsent.append(question.frame.id)
            connect()
        }
    }

    func cancel(_ id: UInt32) {
        giveUp(id) { .cancelled(path: path, $0) }
    }

    @discardableResult
    func close() -> EventLoopFuture<Void> {
        let open = link
        link = .closed
        failAll { .lost(path: path, $0) }
        guard case .open(let channel) = open else { return eventLoop.makeSucceededVoidFuture() }
        channel.close(promise: nil)
        return channel.closeFuture
    }

    // MARK: - The connection

    private func connect() {
        attempts += 1
        let attempt = attempts
        link = .connecting(attempt)
        ClientBootstrap(group: eventLoop)
            .channelInitializer { [eventLoop, box = NIOLoopBound(self, eventLoop: eventLoop)] channel in
                eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(FrameDecoder<Verb>()), MessageToByteHandler(FrameEncoder<Verb>()),
                        ExchangeHandler(box.value))
                }
            }
            .connect(unixDomainSocketPath: path)
            .assumeIsolated()
            .whenComplete { self.connected($0, attempt: attempt) }
    }

    private func connected(_ result: Result<any Channel, any Error>, attempt: Int) {
        guard case .connecting(attempt) = link else {
            // It was closed meanwhile, and its questions have already failed.
            if case .success(let channel) = result { channel.close(promise: nil) }
            return
        }
        switch result {
        case .success(let channel) where channel.isActive:
            link = .open(channel)
            let ids = unsent
            unsent = []
            for id in ids where waiting[id] != nil { send(id, on: channel) }
        case .success:
            link = .closed
            failAll { .lost(path: path, $0) }
        case .failure(let error):
            link = .closed
            failAll { _ in .unreachable(path: path, reason: "\(error)") }
        }
    }

    private func send(_ id: UInt32, on channel: any Channel) {
        waiting[id]?.isSent = true
        guard let frame = waiting[id]?.question.frame else { return }
        channel.write(frame).assumeIsolated().whenFailure { _ in
            self.settle(id, .failure(LinkFault.lost(path: self.path, .unknown)))
        }
        flushSoon(channel)
    }

    /// Questions asked together are sent together: the letters of one claim cost about one system call, and wake the other
    /// process about once.
    private func flushSoon(_ channel: any Channel) {
        guard !isFlushDue else { return }
        isFlushDue = true
        // Runs after the questions that are already queued on the event loop.
        eventLoop.assumeIsolated().execute {
            self.isFlushDue = false
            if case .open(let channel) = self.link { channel.flush() }
        }
    }

    /// Called by the channel handler of `channel`.
    func received(_ frame: Frame<Verb>, on channel: any Channel) {
        guard isOpen(channel) else { return }
        guard let waiter = waiting[frame.id], waiter.isSent else {
            // A late answer to an abandoned question is dropped; any other was never asked for.
            if givenUp.remove(frame.id) == nil { broken(channel) }
            return
        }
        switch frame.kind {
        case .answer(let verb) where .request(verb) == waiter.question.frame.kind:
            settle(frame.id, .success(frame.payload))
        case .refusal:
            do {
                settle(frame.id, .failure(try LinkRefusal(payload: frame.payload)))
            } catch {
                broken(channel)
            }
        case .answer, .request:
            broken(channel)
        }
    }

    /// Closes the connection, because the peer sent something that is not an answer.
    func broken(_ channel: any Channel) {
        guard isOpen(channel) else { return }
        malformed.add()
        link = .closed
        failAll { _ in .malformedAnswer(path: path) }
        channel.close(promise: nil)
    }

    func ended(_ channel: any Channel) {
        guard isOpen(channel) else { return }
        link = .closed
        failAll { .lost(path: path, $0) }
    }

    private func isOpen(_ channel: any Channel) -> Bool {
        if case .open(let open) = link { open === channel } else { false }
    }

    // MARK: - The end of a question

    private func settle(_ id: UInt32, _ result: Result<[UInt8], any Error>) {
        waiting.removeValue(forKey: id)?.question.answered.completeWith(result)
    }

    private func giveUp(_ id: UInt32, _ fault: (LinkFault.Execution) -> LinkFault) {
        guard let waiter = waiting[id] else { return }
        settle(id, .failure(fault(waiter.isSent ? .unknown : .notSent)))
        guard waiter.isSent, case .open(let channel) = link else { return }
        givenUp.insert(id)
        if givenUp.count > Self.mostOwed { channel.close(promise: nil) }
    }

    /// Fails every waiting question, because the connection has ended or could not be made.
    private func failAll(_ fault: (LinkFault.Execution) -> LinkFault) {
        let failing = waiting
        waiting = [:]
        unsent = []
        givenUp = []
        for waiter in failing.values { waiter.question.answered.fail(fault(waiter.isSent ? .unknown : .notSent)) }
    }

    // MARK: - Deadlines

    /// There is at most one timer, which is set again when it fires, so that a request that is answered in time needs none of its
    /// own.
    private func lookAgain(at deadline: NIODeadline) {
        if let alarm {
            guard deadline < alarm.at else { return }
            alarm.task.cancel()
        }
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timeCame() }
        alarm = (deadline, task)
    }

    private func timeCame() {
        alarm = nil
        let now = NIODeadline.now()
        for (id, waiter) in waiting where waiter.deadline <= now {
            giveUp(id) { .overdue(path: path, after: waiter.question.patience, $0) }
        }
        if let next = waiting.values.map(\.deadline).min() { lookAgain(at: next) }
    }
}

/// Forwards the events of one connection to the exchange.
private final class ExchangeHandler<Verb: LinkVerb>: ChannelInboundHandler {
    typealias InboundIn = Frame<Verb>

    private let exchange: Exchange<Verb>

    init(_ exchange: Exchange<Verb>) {
        self.exchange = exchange
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        exchange.received(unwrapInboundIn(data), on: context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is FrameFault { exchange.broken(context.channel) }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange.ended(context.channel)
        context.fireChannelInactive()
    }
}
