import Foundation
import PosternMail

/// Mails as mail programs put them into threads: by references (the algorithm of J. Zawinski's, as RFC 5256 has it), by subject,
/// and by Outlook's Thread-Index.
struct Threading {
    private struct Mail {
        let id: String
        let references: [String]
        let subject: String
        let threadIndex: String
    }

    private let mails: [Mail]

    init(_ sources: [[UInt8]]) {
        mails = sources.map { source in
            let fields = MailView(source: source).fields
            func value(_ name: String) -> String {
                fields.first { $0.name.lowercased() == name.lowercased() }?.value ?? ""
            }
            return Mail(
                id: Self.identifiers(in: value("Message-ID")).first ?? "",
                references: Self.identifiers(in: value("References")) + Self.identifiers(in: value("In-Reply-To")),
                subject: value("Subject"), threadIndex: value("Thread-Index"))
        }
    }

    /// Every identifier that a header names.
    var identifiers: [String] { mails.flatMap { [$0.id] + $0.references } }

    /// Sets of Message-IDs. Mails belong together that name one another, or the same third one, whether that was ever sent or not.
    var byReferences: [Set<String>] {
        var groups: [(names: Set<String>, ids: Set<String>)] = []
        for mail in mails {
            var joined = (names: Set([mail.id] + mail.references), ids: Set([mail.id]))
            groups.removeAll { group in
                guard !group.names.isDisjoint(with: joined.names) else { return false }
                joined = (joined.names.union(group.names), joined.ids.union(group.ids))
                return true
            }
            groups.append(joined)
        }
        return groups.map(\.ids)
    }

    /// Subjects without the prefix of replies.
    var bySubject: Set<String> {
        Set(mails.map { $0.subject.hasPrefix("Re: ") ? String($0.subject.dropFirst(4)) : $0.subject })
    }

    /// The first 22 bytes are the conversation's ([MS-OXOMSG] 2.2.1.3).
    var byThreadIndex: Set<Data> { Set(mails.compactMap { Data(base64Encoded: $0.threadIndex)?.prefix(22) }) }

    private static func identifiers(in field: String) -> [String] {
        field.split(separator: "<").compactMap { part in part.firstIndex(of: ">").map { String(part[..<$0]) } }
    }
}
