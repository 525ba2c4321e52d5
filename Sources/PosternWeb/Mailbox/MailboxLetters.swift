package import PosternCore
private import Synchronization

/// One letter as it arrived over SMTP.
package struct MailboxLetter: Sendable {
    /// Counts from 1; never reused while the program runs.
    package let number: Int
    package let received: Timestamp
    package let envelope: MailboxDialogue.Envelope
    /// Every octet between DATA and the final dot, with dot-stuffing removed.
    package let source: [UInt8]
}

/// The newest letters of the demo mailbox, in memory only.
package final class MailboxLetters: Sendable {
    package static let limit = 500

    private struct Kept {
        var letters: [MailboxLetter] = []
        var next = 1
    }

    private let kept = Mutex(Kept())
    private let limit: Int

    package init(limit: Int = MailboxLetters.limit) {
        self.limit = limit
    }

    package func keep(_ envelope: MailboxDialogue.Envelope, source: [UInt8], at received: Timestamp) {
        kept.withLock { kept in
            kept.letters.append(MailboxLetter(number: kept.next, received: received, envelope: envelope, source: source))
            kept.next += 1
            if kept.letters.count > limit { kept.letters.removeFirst(kept.letters.count - limit) }
        }
    }

    package var newestFirst: [MailboxLetter] {
        kept.withLock { $0.letters.reversed() }
    }

    /// Nil when it never came or had to make room for newer ones.
    package func letter(_ number: Int) -> MailboxLetter? {
        kept.withLock { kept in kept.letters.first { $0.number == number } }
    }
}
