package import PosternCore

/// Why a request got no answer, and whether the other side may have carried it out nevertheless.
package enum LinkFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Execution: Sendable {
        /// Nothing of the request left this process.
        case notSent
        /// It was sent; whether the other side carried it out is not known.
        case unknown
    }

    /// Nobody listens at the socket, or this user may not connect to it.
    case unreachable(path: String, reason: String)
    /// The request is longer than a frame may be.
    case tooLong(path: String)
    /// The deadline passed.
    case overdue(path: String, after: Duration, Execution)
    /// The task that asked was cancelled.
    case cancelled(path: String, Execution)
    /// The connection ended.
    case lost(path: String, Execution)
    /// What was received is not an answer.
    case malformedAnswer(path: String)

    package var execution: Execution {
        switch self {
        case .unreachable, .tooLong: .notSent
        case .overdue(_, _, let execution), .cancelled(_, let execution), .lost(_, let execution): execution
        case .malformedAnswer: .unknown
        }
    }

    package var description: String {
        switch self {
        case .unreachable(let path, let reason): "nobody answers at \(path): \(reason)"
        case .tooLong(let path): "the request to \(path) is longer than a frame may be"
        case .overdue(let path, let after, _): "no answer came from \(path) within \(after)"
        case .cancelled(let path, _): "nobody waits for the answer of \(path) any more"
        case .lost(let path, _): "the connection to \(path) ended before the answer came"
        case .malformedAnswer(let path): "what came back from \(path) is not an answer of this version"
        }
    }
}

/// Why the other side did not serve a request: a code for the program that asked, and a message for the person who reads it.
package struct LinkRefusal: Error, LinkPayload, Equatable, Sendable, CustomStringConvertible {
    package enum Code: UInt8, Sendable {
        /// The payload is not what the verb takes.
        case malformed = 2
        /// The request was understood and is not allowed.
        case denied = 3
        /// The other process failed; the request can be tried again later.
        case unavailable = 4
        /// Too many wrong codes were entered, so that no code is checked any more.
        case spent = 5
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        (self.code, self.description) = (code, description)
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(code.rawValue)
        writer.write(description)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        guard let code = Code(rawValue: try reader.number()) else { throw .badValue }
        self.init(code, try reader.text())
    }
}
