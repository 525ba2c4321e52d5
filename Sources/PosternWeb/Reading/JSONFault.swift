/// Why a body is not the JSON of a letter. `description` goes to the caller, who is a programmer.
package struct JSONFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        case notUTF8
        case notAnObject
        case syntax
        case trailing
        case tooDeep(limit: Int)
        case repeated(field: String)
    }

    package let reason: Reason
    /// Counted from 0.
    package let byte: Int

    package init(_ reason: Reason, at byte: Int) {
        (self.reason, self.byte) = (reason, byte)
    }

    package var description: String {
        switch reason {
        case .notUTF8: "The body is not valid UTF-8."
        case .notAnObject: "The body must be one JSON object."
        case .syntax: "The body is not valid JSON (RFC 8259) at byte \(byte)."
        case .trailing: "There is something behind the JSON object, at byte \(byte)."
        case .tooDeep(let limit): "The JSON is nested deeper than \(limit) levels."
        case .repeated(let field): "The field “\(field)” occurs twice."
        }
    }
}
