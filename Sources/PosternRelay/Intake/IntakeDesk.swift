private import Crypto
package import Logging
private import Metrics
internal import PosternCore
private import PosternSealing
package import PosternStore

/// Takes letters in: checks, seals, commits, and only then says "accepted" (P1).
package struct IntakeDesk: SubmissionDesk {
    private let store: any Database
    private let sealing: SealingDesk
    private let room: any Room
    private let logger: Logger
    /// Tells the dispatcher that there is something to do. A hint: losing it costs time and nothing else.
    private let wake: @Sendable () -> Void

    package init(
        store: any Database, sealing: SealingDesk, room: any Room, logger: Logger, wake: @escaping @Sendable () -> Void
    ) {
        (self.store, self.sealing, self.room) = (store, sealing, room)
        (self.logger, self.wake) = (logger, wake)
    }

    package func submit(_ submission: Submission) async -> SubmissionReply {
        SubmissionReply(await answer(submission))
    }

    private func answer(_ submission: Submission) async -> SubmissionAnswer {
        let letter: Letter
        do {
            letter = try submission.letter.validated()
        } catch {
            return .invalid(error)
        }
        do {
            guard room.hasRoom else { throw Unavailable.noRoom }
            guard let recipient = try await recipient(site: submission.site, handle: submission.handle) else {
                return .unknownRecipient
            }
            guard recipient.takesLetters else { return .takesNoLetters }
            return try await keep(letter, from: submission, for: recipient)
        } catch {
            logger.error("intake: a letter was turned away and may be posted again", metadata: ["reason": "\(error)"])
            Counter(label: "postern_submissions_total", dimensions: [("verdict", "unavailable")]).increment()
            return .unavailable(retryAfter: .seconds(30))
        }
    }

    package func contact(site: String, handle: String) async throws -> Contact? {
        guard let siteID = try? SiteID(site), let handle = try? Handle(handle) else { return nil }
        return try await store.read { session in
            guard let site = try session.sites.find(siteID), let recipient = try session.recipients.find(handle, at: siteID)
            else {
                return nil
            }
            return Contact(site: site, handle: handle, name: recipient.name, takesLetters: recipient.takesLetters)
        }
    }

    private func recipient(site: String, handle: String) async throws -> Recipient? {
        guard let site = try? SiteID(site), let handle = try? Handle(handle) else { return nil }
        return try await store.read { try $0.recipients.find(handle, at: site) }
    }

    private func keep(_ letter: Letter, from submission: Submission, for recipient: Recipient) async throws -> SubmissionAnswer {
        var randomness = SystemRandomNumberGenerator()
        let id = LetterID(at: submission.at, using: &randomness)
        let plain = LetterCoding.bytes(of: letter)
        let sealed = try sealing.seal(
            plain, from: submission.client, as: id, to: recipient.id, at: recipient.site, now: submission.at)
        let accepted = AcceptedLetter(
            id: id, at: submission.at, site: recipient.site, handle: recipient.handle, recipient: recipient.id, placement: .queue,
            parts: [], epoch: sealed.epoch, seal: sealed.letter, evidence: sealed.evidence, letterBytes: plain.count,
            tokens: MailTokens(using: &randomness),
            repeatMark: submission.repeatKey.map { RepeatMark(key: $0, of: plain, to: recipient.id) })
        switch try await store.write({ try $0.intake.accept(accepted) }) {
        case .stored:
            wake()
            Counter(label: "postern_submissions_total", dimensions: [("verdict", "accept")]).increment()
            return .accepted(id)
        case .repeated(let first):
            return .accepted(first)
        case .conflict:
            return .repeatKeyConflict
        }
    }
}

private enum Unavailable: Error, CustomStringConvertible {
    case noRoom

    var description: String { "the disk of the store is nearly full" }
}

extension RepeatMark {
    /// A key counts for one recipient: two visitors who choose the same one do not meet.
    fileprivate init(key: String, of letter: [UInt8], to recipient: RecipientID) {
        var scoped = ByteWriter(capacity: key.utf8.count + 64)
        scoped.write("postern repeat key")
        scoped.write(recipient)
        scoped.write(key)
        self.init(key: Array(SHA256.hash(data: scoped.bytes)), body: Array(SHA256.hash(data: letter)))
    }
}
