internal import NIOCore
private import NIOPosix
private import Synchronization

/// Asks a frame server over one connection, several requests in flight. Connects when a request needs it, and again when the
/// connection is gone.
package final class FrameClient<Verb: LinkVerb>: Sendable {
    private let path: String
    private let eventLoop: any EventLoop
    private let exchange: NIOLoopBoundBox<Exchange<Verb>>
    private let lastID = Atomic<UInt32>(0)

    /// - Parameter malformed: where answers that are not answers are counted.
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

    /// Waits for the answer until the deadline, or until the task is cancelled. Either way the other side may go on with what
    /// was asked; an answer that comes later is dropped.
    /// - Parameter deadline: the verb's own, if nil.
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
            // May run before the question is asked: then the mark is what stops it.
            question.isCancelled.store(true, ordering: .sequentiallyConsistent)
            eventLoop.execute { [exchange] in exchange.value.cancel(id) }
        }
    }

    /// Ends the connection. Requests in flight fail with `.lost`; a later request connects again.
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

/// Who waits for which answer, and the connection they wait on. Used on its event loop only.
///
/// A question is in `waiting` from `ask` until exactly one of these takes it out and completes its promise: its answer, its
/// deadline, a cancellation, or the end of the connection. Nothing else completes a promise, so none is forgotten and none is
/// completed twice.
private final class Exchange<Verb: LinkVerb> {
    private enum Link {
        case closed
        /// The number tells this attempt from an earlier one that was closed meanwhile.
        case connecting(Int)
        case open(any Channel)
    }

    private struct Waiter {
        let question: Question<Verb>
        let deadline: NIODeadline
        /// Sent on the connection that is open now: its end fails this one.
        var isSent = false
    }

    private let path: String
    private let malformed: MalformedTally
    private let eventLoop: any EventLoop
    private var link = Link.closed
    private var attempts = 0
    private var waiting: [UInt32: Waiter] = [:]
    /// Questions that wait for the connection, in the order they were asked. Some may have been given up.
    private var unsent: [UInt32] = []
    /// Questions given up after they were sent, whose answers may still come.
    private var givenUp: Set<UInt32> = []
    private var alarm: (at: NIODeadline, task: Scheduled<Void>)?
    private var isFlushDue = false

    /// A peer that owes more answers than this will not give them.
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
            // Closed meanwhile, and its questions have been failed.
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

    /// What is asked together goes out together: the letters of one claim cost little more than one system call, and wake the
    /// other side that often.
    private func flushSoon(_ channel: any Channel) {
        guard !isFlushDue else { return }
        isFlushDue = true
        // After the questions that wait for the event loop already.
        eventLoop.assumeIsolated().execute {
            self.isFlushDue = false
            if case .open(let channel) = self.link { channel.flush() }
        }
    }

    /// Called by the handler of `channel`.
    func received(_ frame: Frame<Verb>, on channel: any Channel) {
        guard isOpen(channel) else { return }
        guard let waiter = waiting[frame.id], waiter.isSent else {
            // The late answer to a question that was given up is dropped; nobody asked for any other.
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

    /// The peer sent something that is not an answer.
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

    /// Fails everything that waits. The connection has ended, or never began.
    private func failAll(_ fault: (LinkFault.Execution) -> LinkFault) {
        let failing = waiting
        waiting = [:]
        unsent = []
        givenUp = []
        for waiter in failing.values { waiter.question.answered.fail(fault(waiter.isSent ? .unknown : .notSent)) }
    }

    // MARK: - Deadlines

    /// One timer at most, set again when it fires: a request that is answered in time costs none of its own.
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

/// Tells the exchange what happens on one connection.
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
