private import Foundation
package import PosternCore

/// Where a mail stands in a conversation, as mail programs thread by it.
///
/// Each side of a conversation has a root of its own, a Message-ID that no mail bears: every mail to that side refers to it, the first
/// included. So all of them are one thread from the first mail on (RFC 5322 §3.6.4; RFC 5256 and the algorithm by Jamie Zawinski
/// that it builds on make a place for a mail that nobody has), and no two conversations are ever one.
package struct MailThread: Hashable, Sendable {
    /// Sixteen random bytes: the left part of the root's Message-ID, and what Outlook calls the conversation's GUID.
    private let root: [UInt8]
    private let began: Timestamp
    /// The left parts of the Message-IDs of the mails before this one, to the same side, in order.
    private let earlier: [String]
    /// What the conversation is about: the first mail's subject.
    package let topic: String
    /// Whether the subject begins with `Re:`.
    private let isAnswer: Bool

    /// - Parameters:
    ///   - root: sixteen bytes.
    ///   - began: when the first letter was accepted.
    package init(root: [UInt8], began: Timestamp, earlier: [String], topic: String, isAnswer: Bool) {
        precondition(root.count == 16, "a thread's root has 128 bits")
        self.root = root
        self.began = began
        self.earlier = earlier
        self.topic = topic
        self.isAnswer = isAnswer
    }

    /// The topic, after one `Re: ` in all mails but the first: the topic never changes, since many programs thread by it.
    package var subject: String {
        isAnswer && !topic.prefix(3).lowercased().hasPrefix("re:") ? "Re: \(topic)" : topic
    }

    /// RFC 5322 §3.6.4: the mails before this one, the root first.
    package func references(at domain: String) -> [String] {
        let root = Identifier<MailThread>(bytes: root)?.description ?? ""
        return ([root] + earlier).map { "<\($0)@\(domain)>" }
    }

    /// The last mail before this one. None for the first: nobody has the root.
    package func inReplyTo(at domain: String) -> String? { earlier.last.map { "<\($0)@\(domain)>" } }

    /// Outlook's place in a conversation ([MS-OXOMSG] §2.2.1.3): the six high bytes of the FILETIME at which it began, of which the
    /// first is 1 until the year 2058, the GUID, and five bytes for each mail before this one.
    ///
    /// A mail's own five bytes must be the same in all that follow it. They stand for the time since the beginning, and are counted up
    /// instead, a step of 26 ms for each mail: that keeps the order, and needs no other mail's time.
    package var index: [UInt8] {
        let fileTime = UInt64(clamping: began.milliseconds + 11_644_473_600_000) * 10_000
        let head = stride(from: 56, through: 16, by: -8).map { UInt8(truncatingIfNeeded: fileTime >> UInt64($0)) }
        let levels = earlier.indices.flatMap { place -> [UInt8] in
            let step = UInt32(clamping: place + 1)
            return stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: step >> UInt32($0)) } + [0]
        }
        return [1] + head.dropFirst() + root + levels
    }

    package var tokens: [String] { earlier }
}

extension HeaderWriter {
    /// - Throws: `.controlCharacter`.
    mutating func write(_ thread: MailThread, at domain: String) throws(ComposeFault) {
        if let last = thread.inReplyTo(at: domain) { try write("In-Reply-To", pieces: [last]) }
        try write("References", pieces: thread.references(at: domain))
        try write("Thread-Topic", text: thread.topic)
        try write("Thread-Index", pieces: [Data(thread.index).base64EncodedString()])
    }
}
