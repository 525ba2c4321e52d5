private import NIOCore
private import NIOPosix
private import PosternCore
private import Synchronization

/// Why a request got no answer. What the other side did with it is then not known, unless `notSent`.
package enum LinkFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nobody listens at the socket, or we may not speak there. Nothing was sent.
    case notSent(path: String, reason: String)
    /// The connection ended before the answer came.
    case lost(path: String)
    case malformedAnswer(path: String)

    package var description: String {
        switch self {
        case .notSent(let path, let reason): "nobody answers at \(path): \(reason)"
        case .lost(let path): "the connection to \(path) ended before the answer came"
        case .malformedAnswer(let path): "what came back from \(path) is no answer of this version"
        }
    }
}

/// Asks over one connection to a frame server, several requests in flight; connects when needed, and anew when the
/// connection is gone.
package final class FrameClient: Sendable {
    private let path: String
    private let malformed: MalformedTally
    private let connection = Mutex<Task<any Channel, any Error>?>(nil)

    /// - Parameter malformed: where answers that are none are counted.
    package init(path: String, malformed: MalformedTally = MalformedTally()) {
        (self.path, self.malformed) = (path, malformed)
    }

    /// Cancelled, it waits for the answer no longer; what was asked goes on at the other side.
    /// - Throws: `LinkFault`, or the `LinkRefusal` the other side gave.
    package func request(_ verb: Verb, _ payload: [UInt8]) async throws -> [UInt8] {
        guard Frame.fits(payload) else {
            throw LinkFault.notSent(path: path, reason: "the request is longer than a frame may be")
        }
        let channel = try await connected()
        guard !Task.isCancelled else { throw LinkFault.notSent(path: path, reason: "nobody waits for the answer any more") }
        let answered = channel.eventLoop.makePromise(of: Frame.self)
        // Not waited for: the answer says that the question went out. The handler fails the promise itself when it still holds
        // it; a second time does no harm. The handler flushes, too.
        channel.write(Question(verb: verb, payload: payload, answered: answered))
            .whenFailure { [path] _ in answered.fail(LinkFault.lost(path: path)) }
        let frame: Frame
        do {
            frame = try await withTaskCancellationHandler {
                try await answered.futureResult.get()
            } onCancel: {
                answered.fail(LinkFault.lost(path: path))
            }
        } catch is FrameFault {
            malformed.add()
            throw LinkFault.malformedAnswer(path: path)
        } catch {
            throw LinkFault.lost(path: path)
        }
        switch frame.kind {
        case .answer(verb): return frame.payload
        case .refusal: throw try LinkRefusal(payload: frame.payload)
        case .answer, .request:
            malformed.add()
            throw LinkFault.malformedAnswer(path: path)
        }
    }

    /// Ends the connection. Requests in flight fail with `.lost`; a later request connects anew.
    package func close() async {
        let open = connection.withLock { task in
            defer { task = nil }
            return task
        }
        try? await open?.value.close()
    }

    private func connected() async throws -> any Channel {
        let task = connection.withLock { current in
            if let current { return current }
            // A task of its own, because everybody who asks meanwhile waits for the same connection.
            let task = Task { [path] in try await Self.connect(to: path) }
            current = task
            return task
        }
        do {
            let channel = try await task.value
            if channel.isActive { return channel }
            forget(task)
            return try await connected()
        } catch let fault as LinkFault {
            forget(task)
            throw fault
        }
    }

    private func forget(_ task: Task<any Channel, any Error>) {
        connection.withLock { current in
            if current == task { current = nil }
        }
    }

    private static func connect(to path: String) async throws -> any Channel {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            ByteToMessageHandler(FrameDecoder()), MessageToByteHandler(FrameEncoder()),
                            QuestionHandler(path: path))
                    }
                }
                .connect(unixDomainSocketPath: path)
                .get()
        } catch {
            throw LinkFault.notSent(path: path, reason: "\(error)")
        }
    }
}

/// A request on its way through the pipeline, with the promise of its answer.
private struct Question: Sendable {
    let verb: Verb
    let payload: [UInt8]
    let answered: EventLoopPromise<Frame>
}

/// Numbers the questions and hands each answer to whoever asked. Lives on its channel's event loop.
private final class QuestionHandler: ChannelDuplexHandler {
    typealias InboundIn = Frame
    typealias OutboundIn = Question
    typealias OutboundOut = Frame

    private let path: String
    private var nextID: UInt32 = 0
    private var open: [UInt32: EventLoopPromise<Frame>] = [:]
    private var isClosed = false
    private var isFlushDue = false

    init(path: String) {
        self.path = path
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let question = unwrapOutboundIn(data)
        guard !isClosed else {
            question.answered.fail(LinkFault.lost(path: path))
            promise?.fail(LinkFault.lost(path: path))
            return
        }
        nextID &+= 1
        open[nextID] = question.answered
        let frame = Frame(.request(question.verb), id: nextID, payload: question.payload)
        context.write(wrapOutboundOut(frame), promise: promise)
        flushSoon(context)
    }

    /// What is asked at once goes out at once: the letters of one claim cost hardly more than one system call, and wake the
    /// other side that often.
    private func flushSoon(_ context: ChannelHandlerContext) {
        guard !isFlushDue else { return }
        isFlushDue = true
        // Behind the questions that wait for the loop already.
        context.eventLoop.assumeIsolated().execute {
            self.isFlushDue = false
            context.flush()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard let asked = open.removeValue(forKey: frame.id) else {
            errorCaught(context: context, error: FrameFault.unknownKind(0))
            return
        }
        asked.succeed(frame)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failAll(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        failAll(LinkFault.lost(path: path))
        context.fireChannelInactive()
    }

    private func failAll(_ error: any Error) {
        isClosed = true
        let waiting = open
        open = [:]
        for promise in waiting.values { promise.fail(error) }
    }
}
