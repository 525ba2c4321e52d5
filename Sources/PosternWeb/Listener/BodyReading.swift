private import HTTPTypes
package import Hummingbird
private import Logging
private import NIOCore

extension Request {
    /// The whole body, up to the route's limit. If `Content-Length` is already over it, nothing is read.
    /// - Throws: a fault that closes the connection.
    package func wholeBody(_ context: WebContext) async throws(RequestFault) -> [UInt8] {
        let limitKiB = context.route?.bodyKiB ?? 0
        var (octets, fault) = ([UInt8](), RequestFault?.none)
        if context.announcedLength > limitKiB * 1_024 {
            fault = .body(.bodyTooLarge(limitKiB: limitKiB), .tooLarge)
        } else {
            (octets, fault) = await bodyRead(context)
        }
        guard let fault else { return octets }
        context.logger.debug("a body cannot be read", metadata: [WebLogKey.fault: "\(fault.status.code)"])
        throw fault
    }

    /// As much of the body as the route reads, so that what was typed can be shown again, and why it is not all of it: a fault that
    /// closes the connection. Of a body that is announced as too large comes what arrives within `WebLimits.oversized`.
    package func bodyRead(_ context: WebContext) async -> (octets: [UInt8], fault: RequestFault?) {
        let limitKiB = context.route?.bodyKiB ?? 0
        let limit = limitKiB * 1_024
        var tooLarge: RequestFault { .body(.bodyTooLarge(limitKiB: limitKiB), .tooLarge) }
        let isTooLarge = context.announcedLength > limit
        // Its client waits to be told whether to send the body.
        guard !isTooLarge || !headers.contains(.expect) else { return ([], tooLarge) }
        var octets: [UInt8] = []
        octets.reserveCapacity(min(context.announcedLength, limit))
        do {
            for try await part in body {
                let room = limit - octets.count
                octets += part.readableBytesView.prefix(room)
                guard part.readableBytes <= room else { return (octets, tooLarge) }
            }
            return (octets, nil)
        } catch is BodyOverdue {
            return (octets, isTooLarge ? tooLarge : .body(.bodyTooSlow, .tooSlow))
        } catch {
            // The client stopped before the end, or sent malformed chunks.
            return (octets, isTooLarge ? tooLarge : .body(.bodyBroken, .badRequest))
        }
    }

    /// The value of `Content-Length`; 0 without one. The HTTP parser has already refused a length that is not a number.
    package var announcedLength: Int {
        headers[.contentLength].flatMap { Int($0) } ?? 0
    }
}

extension Response {
    /// Asks for the connection to be closed after this answer.
    package func closing() -> Response {
        var response = self
        response.headers[.connection] = "close"
        return response
    }
}
