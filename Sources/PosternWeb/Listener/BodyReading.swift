private import HTTPTypes
package import Hummingbird
private import Logging
private import NIOCore

/// Why the body of a request cannot be read. After each of these the connection is closed.
package enum BodyFault: Error, Equatable, Sendable {
    case tooLarge(limitKiB: Int)
    /// It took longer than it may (`WebLimits.body`).
    case overdue
    /// The client stopped before the end, or sent malformed chunks.
    case broken
}

extension Request {
    /// The whole body, up to the route's limit. If `Content-Length` is already over it, nothing is read.
    package func wholeBody(_ context: WebContext) async throws(RequestFault) -> [UInt8] {
        do throws(BodyFault) {
            return try await wholeBody(limitKiB: context.route?.bodyKiB ?? 0)
        } catch {
            context.logger.debug("a body cannot be read", metadata: [WebLogKey.fault: "\(error)"])
            throw .body(error)
        }
    }

    private func wholeBody(limitKiB: Int) async throws(BodyFault) -> [UInt8] {
        guard announcedLength <= limitKiB * 1_024 else { throw .tooLarge(limitKiB: limitKiB) }
        do {
            let buffer = try await body.collect(upTo: limitKiB * 1_024)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limitKiB: limitKiB)
        } catch is BodyOverdue {
            throw .overdue
        } catch {
            throw .broken
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
