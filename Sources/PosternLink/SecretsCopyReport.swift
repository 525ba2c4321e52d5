package import PosternCore

/// How the second place of the recipients' own secrets is. It holds no secret, and names nobody.
package struct SecretsCopyReport: LinkPayload, Hashable, Sendable {
    package let path: String
    /// When it was last the same as the vault's own file; nil where nobody knows.
    package let current: Timestamp?
    /// Whether it shares a file system with the vault's home, and so is lost with it.
    package let isOnSameDisk: Bool
    /// Why it is not the same now; nil while it is.
    package let problem: Problem?

    package struct Problem: LinkPayload, Hashable, Sendable, Encodable {
        package let reason: String
        package let remedy: String

        package init(_ reason: String, remedy: String) {
            self.reason = reason
            self.remedy = remedy
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(reason)
            writer.write(remedy)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            self.init(try reader.text(), remedy: try reader.text())
        }
    }

    package init(path: String, current: Timestamp?, isOnSameDisk: Bool = false, problem: Problem? = nil) {
        self.path = path
        self.current = current
        self.isOnSameDisk = isOnSameDisk
        self.problem = problem
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(path)
        writer.write(current?.milliseconds ?? 0)
        writer.write(isOnSameDisk)
        writer.write([problem].compactMap { $0 })
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        (path, current) = (try reader.text(), try reader.optionalMoment())
        isOnSameDisk = try reader.flag()
        let problems: [Problem] = try reader.list(atMost: 1)
        problem = problems.first
    }
}

/// The form in which `keys status --json` prints it.
extension SecretsCopyReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case path, current, isOnSameDisk, problem
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encodeIfPresent(current?.rfc3339, forKey: .current)
        try container.encode(isOnSameDisk, forKey: .isOnSameDisk)
        try container.encodeIfPresent(problem, forKey: .problem)
    }
}
