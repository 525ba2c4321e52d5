private import Metrics
package import NIOCore
package import PosternCore

/// The binary header of the PROXY protocol, version 2, which a proxy in front of TCP sends before anything else
/// (haproxy.org, `doc/proxy-protocol.txt` §2.2): signature (12) · version and command · family · length (2) · addresses ·
/// extensions.
package enum ProxyHeader {
    /// No request begins like this: after an empty line comes a NUL.
    package static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    static let fixedLength = 16
    /// IPv6 addresses take 36. The rest is for extensions, which proxies fill with names and certificates.
    static let longestRest = 2_048

    package enum Reading: Equatable, Sendable {
        /// The bytes so far may be the beginning of a header.
        case incomplete
        /// It is not a header. The bytes belong to HTTP.
        case none
        /// - Parameters:
        ///   - client: whose connection the proxy forwards; nil when it is its own (`LOCAL`) or not known (`UNSPEC`).
        ///   - length: of the header, in bytes.
        case whole(client: ClientAddress?, length: Int)
        case malformed
    }

    /// - Parameter bytes: everything that came on the connection so far.
    package static func read(_ bytes: some Collection<UInt8>) -> Reading {
        guard zip(bytes, signature).allSatisfy(==) else { return .none }
        let head = Array(bytes.prefix(fixedLength))
        guard head.count == fixedLength else { return .incomplete }
        let length = Int(head[14]) << 8 | Int(head[15])
        // High half: version 2. Low half: 0 is LOCAL, 1 is PROXY.
        guard head[12] == 0x20 || head[12] == 0x21, length <= longestRest else { return .malformed }
        let rest = Array(bytes.dropFirst(fixedLength).prefix(length))
        guard rest.count == length else { return .incomplete }
        let whole = fixedLength + length
        guard head[12] == 0x21 else { return .whole(client: nil, length: whole) }
        // First both addresses, the client's before ours, then both ports.
        switch head[13] {
        case 0x00: return .whole(client: nil, length: whole)
        case 0x11 where length >= 12: return .whole(client: ClientAddress(bytes: Array(rest.prefix(4))), length: whole)
        case 0x21 where length >= 36: return .whole(client: ClientAddress(bytes: Array(rest.prefix(16))), length: whole)
        // Datagrams and Unix sockets cannot occur here.
        default: return .malformed
        }
    }
}

/// Removes a PROXY header from the beginning of a connection, before the HTTP codec sees it.
///
/// First in the pipeline. A trusted proxy may also send plain HTTP without the header. From anyone else, the header is passed
/// on to the HTTP codec, which refuses it. It must arrive within the time of the first head, which `ConnectionGuard` counts from
/// the opening of the connection.
package final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private let admission: ConnectionAdmission
    private var isOver = false
    /// The bytes so far, while they may be the beginning of a header.
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
        admission.countRefusal(refusal)
        context.close(promise: nil)
    }

    /// Passes on the remaining bytes, and leaves the pipeline.
    private func pass(_ context: ChannelHandlerContext) {
        isOver = true
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        received = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}

@available(*, unavailable)
extension ProxyHeaderHandler: Sendable {}
