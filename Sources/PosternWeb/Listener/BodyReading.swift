private import HTTPTypes
package import Hummingbird
private import NIOCore

/// Why the body of a request is not to be had. After each of these the connection is closed: the rest of the body is
/// still on its way, and nobody wants it.
package enum BodyFault: Error, Equatable, Sendable {
    case tooLarge(limitKiB: Int)
    /// It took longer than it may.
    case overdue
    /// The client stopped half-way or sent chunks that are none.
    case broken
}

extension Request {
    /// The whole body, at most `limitKiB`. A larger one that says so is not read at all.
    package func wholeBody(limitKiB: Int) async throws(BodyFault) -> [UInt8] {
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

    /// What `Content-Length` says; 0 without one. A length that is no number never comes past the HTTP parser.
    package var announcedLength: Int {
        headers[.contentLength].flatMap { Int($0) } ?? 0
    }
}

extension Response {
    /// Has the connection closed behind this answer.
    package func closing() -> Response {
        var response = self
        response.headers[.connection] = "close"
        return response
    }
}
