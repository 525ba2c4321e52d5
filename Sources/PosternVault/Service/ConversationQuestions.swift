package import PosternCore
package import PosternLink
private import PosternSealing
private import Synchronization

/// What the relay may ask about the two of a conversation: a name by which to mute, and whether an answer gives its author's own
/// address away. Neither answer has an address in it.
package final class ConversationQuestions: Sendable {
    private struct State {
        var day = Epoch(day: 0)
        var asked: [AuthorisedName: Int] = [:]
        /// Questions of that day that got no answer, since they came too often.
        var refused = 0
        var lastRefused: Timestamp?
    }

    /// How often a day one recipient's answers are looked at. More than anybody writes, and too few to find an address by guessing.
    package static let mostMentions = 30
    /// A relay can ask about recipients as fast as it likes, but only about those that this vault authorised.
    private static let mostRecipients = 262_144

    private let authorisation: AddressAuthorisation
    private let memory: any RecordMemory
    private let opener: SealOpener
    private let visitors: VisitorCodes
    private let state = Mutex(State())

    package init(
        authorisation: AddressAuthorisation, memory: any RecordMemory, opener: SealOpener, visitors: VisitorCodes
    ) {
        self.authorisation = authorisation
        self.memory = memory
        self.opener = opener
        self.visitors = visitors
    }

    /// - Throws: `LinkRefusal` (denied) when the letter does not open.
    package func name(_ request: MuteRequest) throws -> MuteName {
        let letter: Letter
        do {
            letter = try opener.letter(
                in: request.seal,
                context: .letter(request.letter, to: request.recipient, request.handle, at: request.site))
        } catch {
            throw LinkRefusal(.denied, "the letter does not open, so nobody knows who wrote it")
        }
        return visitors.muteName(of: letter.replyAddress, for: request.recipient, request.handle, at: request.site)
    }

    /// - Throws: `LinkRefusal` (denied) when the recipient's record is not the newest that this vault confirmed.
    package func mention(_ request: MentionRequest, at now: Timestamp) throws -> Mention {
        let recipient = request.recipient
        guard let record = recipient.record, authorisation.standing(of: recipient) == .confirmed else {
            throw LinkRefusal(.denied, "the record was not confirmed by this vault")
        }
        let subject = AddressAuthorisation.Subject(recipient, record)
        if let newest = memory.newest(of: subject.authorisedName) {
            guard !newest.isErased, newest.version <= record.version, newest.recipient == recipient.id else {
                throw LinkRefusal(.denied, "the record is not the newest")
            }
        }
        guard mayAsk(subject.authorisedName, at: now) else { return .notSaid }
        let address: EmailAddress
        do {
            address = try opener.address(
                in: record.seal, context: .address(of: recipient.id, at: recipient.site, version: record.version))
        } catch {
            throw LinkRefusal(.denied, "the address does not open")
        }
        return switch FoldedMention.find(address, in: request.text) {
        case .present: .present
        case .absent: .absent
        case .tooMany: .notSaid
        }
    }

    private func mayAsk(_ name: AuthorisedName, at now: Timestamp) -> Bool {
        let today = Epoch(containing: now)
        return state.withLock { state in
            // A clock that was set back gives nothing back.
            if today > state.day { state = State(day: today) }
            let asked = state.asked[name] ?? 0
            guard asked < Self.mostMentions, asked > 0 || state.asked.count < Self.mostRecipients else {
                state.refused += 1
                state.lastRefused = now
                return false
            }
            state.asked[name] = asked + 1
            return true
        }
    }

    /// How often nothing was said today, for the doctor.
    package func report(at now: Timestamp) -> VaultCondition.CountedQuestions {
        state.withLock { state in
            let isToday = state.day == Epoch(containing: now)
            return VaultCondition.CountedQuestions(
                limit: Self.mostMentions, refused: isToday ? state.refused : 0, last: isToday ? state.lastRefused : nil)
        }
    }
}
