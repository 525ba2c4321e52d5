package import PosternCore

/// Why a request was not served, for the program that asked and for the person who reads its message.
package struct LinkRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: UInt8, Sendable {
        /// Not a verb of this socket.
        case notHere = 1
        /// The payload is not what the verb takes.
        case malformed = 2
        /// Understood, and not granted.
        case denied = 3
        /// Something of ours failed; try again later.
        case unavailable = 4
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        (self.code, self.description) = (code, description)
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(code.rawValue)
        writer.write(description)
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 4_096)
        guard let code = Code(rawValue: try reader.number()) else { throw .badValue }
        self.init(code, try reader.text())
        try reader.end()
    }
}
