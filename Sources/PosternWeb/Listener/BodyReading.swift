private import HTTPTypes
package import Hummingbird
private import Logging
private import NIOCore

/// Why the body of a request cannot be had. After each of these the connection is closed.
package enum BodyFault: Error, Equatable, Sendable {
    case tooLarge(limitKiB: Int)
    /// It took longer than it may (`WebLimits.body`).
    case overdue
    /// The client stopped half-way, or sent malformed chunks.
    case broken
}

extension Request {
    /// The whole body, at most as long as the route takes. One that is announced as longer is not read at all.
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

    /// What `Content-Length` says; 0 without one. The HTTP parser lets no length through that is not a number.
    package var announcedLength: Int {
        headers[.contentLength].flatMap { Int($0) } ?? 0
    }
}

extension Response {
    /// Has the connection closed after this answer.
    package func closing() -> Response {
        var response = self
        response.headers[.connection] = "close"
        return response
    }
}
