private import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// The body of a request did not arrive within its time. Thrown to the handler that reads it.
package struct BodyOverdue: Error {}

/// Enforces the time limits of one connection, and closes it cleanly after an answer that says `Connection: close`.
///
/// It comes after the HTTP codec in the pipeline. `ByteWatch`, before the codec, reports bytes that are not yet a whole head.
/// Runs only on the connection's event loop.
package final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private let limits: WebLimits
    private let headers: SecurityHeaders
    private let admission: ConnectionAdmission
    private var clock: ConnectionClock
    /// What has come and what was answered, to tell `admission` what the connection is used for.
    private var (heads, requests, answers) = (0, 0, 0)
    private var phase = ConnectionTable<ObjectIdentifier>.Phase.silent
    private var check: (at: ContinuousClock.Instant, task: Scheduled<Void>)?
    private var closesAfterAnswer = false
    /// This handler's own, while it is in the pipeline.
    private var context: ChannelHandlerContext?

    package init(limits: WebLimits, headers: SecurityHeaders, admission: ConnectionAdmission) {
        self.limits = limits
        self.headers = headers
        self.admission = admission
        clock = ConnectionClock(limits: limits, isCrowded: admission.isCrowded, openedAt: .now)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        do {
            try context.pipeline.syncOperations.addHandler(ByteWatch(self), position: .first)
            schedule()
        } catch {
            // Only a channel that is already closed refuses a handler.
            context.close(promise: nil)
        }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        check?.task.cancel()
        (check, self.context) = (nil, nil)
    }

    /// Called by `ByteWatch`, on the event loop.
    fileprivate func bytesArrived() {
        clock.isCrowded = admission.isCrowded
        clock.bytesArrived(at: .now)
        schedule()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !clock.isLingering else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            heads += 1
            clock.headEnded(at: .now, isOversized: announced(by: head) > limits.bodyKiB * 1_024)
            schedule()
            promiseContinuation(of: head, context: context)
        case .body: break
        case .end:
            requests += 1
            clock.requestEnded()
        }
        context.fireChannelRead(data)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        updatePhase(context)
        context.fireChannelReadComplete()
    }

    private func updatePhase(_ context: ChannelHandlerContext) {
        let current: ConnectionTable<ObjectIdentifier>.Phase =
            if heads > requests || !context.channel.isWritable {
                .slow
            } else if requests > answers {
                .busy
            } else {
                answers > 0 ? .idle : .silent
            }
        guard current != phase else { return }
        phase = current
        admission.move(ObjectIdentifier(context.channel), to: current)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        clock.writing(isPossible: context.channel.isWritable, at: .now)
        schedule()
        updatePhase(context)
        context.fireChannelWritabilityChanged()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if head.headerFields.contains(.connection), head.headerFields[.connection]?.lowercased() == "close" {
                closesAfterAnswer = true
                // Hummingbird itself answers a malformed head, with a bare 400 that passes none of our guards.
                if head.headerFields[.contentSecurityPolicy] == nil {
                    let words = ByteBuffer(string: Problem.malformedRequest(headerKiB: limits.headerKiB).json)
                    head.headerFields.append(contentsOf: headers.api)
                    head.headerFields[.contentType] = "application/problem+json"
                    head.headerFields[.contentLength] = String(words.readableBytes)
                    context.write(wrapOutboundOut(.head(head)), promise: promise)
                    return context.write(wrapOutboundOut(.body(words)), promise: nil)
                }
            }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            answers += 1
            guard closesAfterAnswer else {
                context.write(data, promise: promise)
                return updatePhase(context)
            }
            context.writeAndFlush(data, promise: promise)
            // Closing fully while the client still sends would reset the connection, and a reset can discard the answer
            // before the client has read it (RFC 9112 §9.6). So only our half is closed, and input is ignored for a moment.
            clock.closingAnswerEnded(at: .now)
            schedule()
            context.close(mode: .output, promise: nil)
        }
    }

    /// curl waits up to a second for 100 (Continue) before it sends a larger body. Hummingbird never sends it.
    private func promiseContinuation(of head: HTTPRequest, context: ChannelHandlerContext) {
        // To ask whether there is a field costs a fifth of asking what is in it.
        guard head.headerFields.contains(.expect), head.headerFields[.expect]?.lowercased() == "100-continue" else { return }
        guard announced(by: head) <= limits.bodyKiB * 1_024 else { return }
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    private func announced(by head: HTTPRequest) -> Int { head.headerFields[.contentLength].flatMap { Int($0) } ?? 0 }

    /// One timer at most. When it fires, the clock is asked again, so that not every request needs a timer of its own.
    private func schedule() {
        guard let context, let deadline = clock.deadline else { return }
        if let check {
            guard deadline < check.at else { return }
            check.task.cancel()
        }
        let wait = TimeAmount(max(deadline - .now, .zero))
        check = (deadline, context.eventLoop.assumeIsolated().scheduleTask(in: wait) { self.timeCame() })
    }

    private func timeCame() {
        check = nil
        switch clock.timeCame(at: .now) {
        case .nothing: break
        case .failBody: context?.fireErrorCaught(BodyOverdue())
        case .close: context?.close(promise: nil)
        }
        schedule()
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}

/// Tells the guard that bytes came, before the codec reads them. Nothing else notices a head that arrives byte by byte.
private final class ByteWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ConnectionGuard

    init(_ connection: ConnectionGuard) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}

@available(*, unavailable)
extension ByteWatch: Sendable {}
