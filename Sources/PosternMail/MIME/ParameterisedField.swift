private import PosternCore

/// A header field of the form `value; name=value; name="quoted value"`, such as `Content-Type` (RFC 9110 §8.3.1) and
/// `Content-Disposition` (RFC 7578 §4.2).
package struct ParameterisedField: Equatable, Sendable {
    /// The type of a part without a Content-Type (RFC 2045 §5.2).
    static let plainText = ParameterisedField(value: "text/plain", parameters: [:])

    /// Lower case, as in `multipart/form-data`.
    package let value: String
    /// Names are in lower case. If a name is repeated, the first value counts.
    package let parameters: [String: String]

    /// The boundary of a multipart. Nil when there is none that RFC 2046 §5.1.1 allows: 1 to 70 characters, the last not a space.
    /// Mails use more characters than it lists, so any printable ASCII is accepted.
    package var boundary: String? {
        parameters["boundary"].flatMap { boundary in
            let isUsable =
                (1...70).contains(boundary.utf8.count) && boundary.utf8.allSatisfy { (0x20...0x7E).contains($0) }
                && boundary.last != " "
            return isUsable ? boundary : nil
        }
    }

    private init(value: String, parameters: [String: String]) {
        self.value = value
        self.parameters = parameters
    }

    /// Nil when it is malformed.
    package init?(_ text: some StringProtocol) {
        var rest = Substring(text)[...]
        let value = rest.prefix { $0 != ";" }
        rest = rest.dropFirst(value.count)
        self.value = value.lowercased().filter { $0 != " " && $0 != "\t" }
        guard !self.value.isEmpty, self.value.utf8.allSatisfy({ Self.isToken($0) || $0 == UInt8(ascii: "/") }) else { return nil }

        var parameters: [String: String] = [:]
        while !rest.isEmpty {
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            // A semicolon at the end is common and harmless.
            guard !rest.isEmpty, rest.first != ";" else { continue }
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=", !name.isEmpty, name.utf8.allSatisfy(Self.isToken) else { return nil }
            rest = rest.dropFirst()
            guard let parameter = Self.takeParameter(from: &rest) else { return nil }
            parameters[name.lowercased(), default: parameter] = parameters[name.lowercased()] ?? parameter
        }
        self.parameters = parameters
    }

    /// A token or a quoted string, and the spaces after it.
    private static func takeParameter(from rest: inout Substring) -> String? {
        var parameter = ""
        if rest.first == "\"" {
            rest = rest.dropFirst()
            while true {
                guard let character = rest.popFirst() else { return nil }
                guard character != "\"" else { break }
                // RFC 9110 §5.6.4: a backslash makes the next character literal.
                guard let literal = character == "\\" ? rest.popFirst() : character else { return nil }
                parameter.append(literal)
            }
        } else {
            let token = rest.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
            guard !token.isEmpty, token.utf8.allSatisfy({ isToken($0) || "/:@?=,()".utf8.contains($0) }) else { return nil }
            parameter = String(token)
            rest = rest.dropFirst(token.count)
        }
        rest = rest.drop { $0 == " " || $0 == "\t" }
        return rest.isEmpty || rest.first == ";" ? parameter : nil
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        byte.isASCIILetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
