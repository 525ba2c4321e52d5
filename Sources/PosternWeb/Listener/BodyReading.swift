private import HTTPTypes
package import Hummingbird
private import Logging
private import NIOCore

extension Request {
    /// The whole body, up to the route's limit. If `Content-Length` is already over it, nothing is read.
    /// - Throws: a fault that closes the connection.
    package func wholeBody(_ context: WebContext) async throws(RequestFault) -> [UInt8] {
        let limitKiB = context.route?.bodyKiB ?? 0
        let fault: RequestFault
        do {
            guard announcedLength <= limitKiB * 1_024 else { throw NIOTooManyBytesError(maxBytes: limitKiB * 1_024) }
            return Array(try await body.collect(upTo: limitKiB * 1_024).readableBytesView)
        } catch is NIOTooManyBytesError {
            fault = .body(.bodyTooLarge(limitKiB: limitKiB), .tooLarge)
        } catch is BodyOverdue {
            fault = .body(.bodyTooSlow, .tooSlow)
        } catch {
            // The client stopped before the end, or sent malformed chunks.
            fault = .body(.bodyBroken, .badRequest)
        }
        context.logger.debug("a body cannot be read", metadata: [WebLogKey.fault: "\(fault.status.code)"])
        throw fault
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
