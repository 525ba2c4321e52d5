private import Metrics
package import NIOCore
internal import PosternCore

/// Takes a PROXY header off the beginning of a connection, before the HTTP codec sees it.
///
/// First in the pipeline. From a trusted proxy the header is believed, and missed by nobody when it does not come: a
/// proxy may speak plain HTTP. From anybody else its bytes are left to the HTTP codec, which refuses them. The time for
/// it is that of the first head, which `ConnectionGuard` counts from the opening of the connection.
package final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private let admission: ConnectionAdmission
    private var isOver = false
    /// What came so far, while it may be the beginning of a header.
    private var received = ByteBuffer()

    package init(_ admission: ConnectionAdmission) {
        self.admission = admission
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return context.fireChannelRead(data) }
        received.writeImmutableBuffer(unwrapInboundIn(data))
        switch ProxyHeader.read(received.readableBytesView) {
        case .incomplete: break
        case .none: pass(context)
        case .malformed where isTrusted(context): refuse(context, because: .malformedProxyHeader)
        case .whole(let client, let length) where isTrusted(context):
            do throws(ConnectionAdmission.Refusal) {
                if let client { try admission.admit(context.channel, for: client) }
                received.moveReaderIndex(forwardBy: length)
                pass(context)
            } catch {
                isOver = true
                context.close(promise: nil)
            }
        case .malformed, .whole:
            Counter(.proxyHeadersIgnored, ("reason", TrustedProxies.IgnoredHeader.untrustedPeer.rawValue)).increment()
            pass(context)
        }
    }

    private func isTrusted(_ context: ChannelHandlerContext) -> Bool {
        context.remoteAddress.flatMap { ClientAddress($0) }.map(admission.trusts) ?? false
    }

    private func refuse(_ context: ChannelHandlerContext, because refusal: ConnectionAdmission.Refusal) {
        isOver = true
        admission.note(refusal)
        context.close(promise: nil)
    }

    /// Hands on what is left, and has no more to do.
    private func pass(_ context: ChannelHandlerContext) {
        isOver = true
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        received = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}

@available(*, unavailable)
extension ProxyHeaderHandler: Sendable {}
