package import PosternCore
package import PosternStore

/// A submission as people see it, on the staff page and on a terminal; in JSON, what `postern log list --json` prints. Tags
/// stand for client addresses. Nothing of the letter is here, and nothing sealed.
package struct LogEntry: Codable, Equatable, Sendable {
    package let id: LetterID
    package let at: Timestamp
    /// As the visitor requested it; empty when it cannot be the name of a site or a recipient.
    package let site: String
    package let handle: String
    package let verdict: Verdict.Decision
    /// The findings of the rules that matched, in order.
    package let rules: [Verdict.Part]
    /// The client's tag and those of its networks, narrowest first; empty when the entry counts refusals of many clients.
    package let tags: [Tag]
    package let letterBytes: Int
    /// How many more refusals like this one there were within the hour.
    package let repeats: Int
    /// Whether the client address was sealed and kept.
    package let evidence: Bool

    package init(_ entry: SubmissionEntry) {
        id = entry.id
        at = entry.at
        site = entry.site
        handle = entry.handle
        verdict = entry.verdict.decision
        rules = entry.verdict.parts
        tags = entry.tags
        letterBytes = entry.letterBytes
        repeats = entry.repeats
        evidence = entry.evidence != nil
    }

    /// `photos/pat`, with a dash for an empty name.
    package var recipient: String { "\(site.isEmpty ? "–" : site)/\(handle.isEmpty ? "–" : handle)" }

    /// The names of the rules that matched. Their effects are in the verdict and in `postern log show`.
    package var ruleNames: String { rules.map(\.rule.rawValue).joined(separator: " ") }
}

/// A value that JSON holds as its text.
package protocol TextCodable: Codable, LosslessStringConvertible {}

extension TextCodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "it is no \(Self.self)")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Identifier: TextCodable {}
extension Tag: TextCodable {}
extension Verdict.Part: TextCodable {}
extension Verdict.Decision: Codable {}

/// RFC 3339 with whole seconds.
extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let moment = Timestamp(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "it is no moment of RFC 3339")
        }
        self = moment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}
