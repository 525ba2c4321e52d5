import Foundation
import PosternCore
import PosternLink
import PosternMail
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

/// What is sent inside a conversation, whose first letter has the id 7-7 and whose reply the id 7-8.
extension PostmanTests {
    static let first = LinkSecret(bytes: Array(1...16))
    static let second = LinkSecret(bytes: Array(101...116))
    static let replyID = LetterID(high: 7, low: 8)
    static let visitor = "vera.canary@visitor.example"

    /// What a test changes.
    struct Changes {
        var kind = DeliveryKind.reply
        var author = Party.recipient
        /// What the sealed reply says, where that is another.
        var sealedAuthor: Party?
        var conversation: LetterID?
        var sealedFor = "pat"
        var isLinked = true
        var shares = false
        var language = Language("de")
        var earlier: [String] = []
        var proof: [UInt8]?
        var mutes: [[UInt8]] = []
        var isOverMutedConnection = false
        var number: UInt64 = 9
    }

    func letter(shares: Bool = false) throws -> Letter {
        try MailSamples.letter(address: Self.visitor, message: "I like it.", shares: shares)
    }

    func conversationJob(_ changes: Changes = Changes()) throws -> DeliveryJob {
        let session = try SealingSession(to: try #require(fixture.key(.letter)), at: fixture.now)
        let (links, ofReply) = (try #require(Self.first), try #require(Self.second))
        let letter = try letter(shares: changes.shares)
        let plain =
            changes.isLinked
            ? LetterCoding.bytes(of: LinkedLetter(letter, links: links, language: changes.language))
            : LetterCoding.bytes(of: letter)
        let firstSeal = try session.seal(
            plain, in: .letter(id, to: recipient.id, try Handle(changes.sealedFor), at: recipient.site))
        let text = try LetterText("Yes, print it.", limit: Letter.Limit.message)
        let reply = LinkedReply(Reply(author: changes.sealedAuthor ?? changes.author, text: text), links: ofReply)
        let replySeal = try session.seal(
            ReplyCoding.bytes(of: reply),
            in: .reply(
                Self.replyID, by: changes.author, in: changes.conversation ?? id, with: recipient.id, recipient.handle,
                at: recipient.site))
        let isFirst = changes.kind == .letter
        let conversation = DeliveryJob.Conversation(
            id: id, began: fixture.now, letter: firstSeal, author: changes.author, reply: Self.replyID,
            replied: fixture.now + .hours(1), earlier: changes.earlier, proof: changes.proof)
        return DeliveryJob(
            id: isFirst ? id : LetterID(high: 7, low: changes.number), attempt: 1, kind: changes.kind, accepted: fixture.now,
            tokens: MailSamples.tokens, site: site, recipient: recipient.id, handle: recipient.handle,
            recipientName: recipient.name, language: recipient.language, record: try #require(recipient.record),
            letter: isFirst ? firstSeal : [.pauseNotice, .waveNotice].contains(changes.kind) ? [] : replySeal,
            conversation: isFirst ? nil : conversation, mutes: changes.mutes,
            isOverMutedConnection: changes.isOverMutedConnection)
    }

    private func link(_ purpose: LinkPurpose, _ secret: LinkSecret?, after: Duration = .zero) throws -> String {
        let token = try #require(secret).token(for: purpose, at: fixture.now + after)
        return "https://contact.example.org/\(purpose.rawValue)/\(token.text)"
    }

    private func proof(_ address: String = visitor, in conversation: LetterID? = nil) throws -> [UInt8] {
        visitors.proof(of: try EmailAddress(address), in: conversation ?? id, at: site.id)
    }

    private func proofText() throws -> String { try #require(Identifier<Int>(bytes: proof())?.description) }

    private static func bare(_ path: String) -> String {
        String(path.drop { $0 == "<" }.prefix { $0 != ">" })
    }

    private func sent(_ changes: Changes) async throws -> (to: [String], view: MailView) {
        let (outcomes, mails) = try await send([conversationJob(changes)])
        #expect(outcomes.map(\.kind) == [.delivered], "\(outcomes)")
        let mail = try #require(mails.first)
        return (mail.recipients.map(Self.bare), MailView(source: mail.octets))
    }

    @Test func `A letter has its links, the same in both forms, before and after the text`() async throws {
        let (_, view) = try await sent(Changes(kind: .letter))
        let (plain, html) = (try #require(view.plain), try #require(view.html))
        for purpose in LinkPurpose.ofRecipient {
            let link = try link(purpose, Self.first)
            #expect(plain.contains(link) && html.contains("\"\(link)\""), "\(purpose)")
        }
        let answer = try link(.reply, Self.first)
        for (text, mark) in [(plain, "> I like it."), (html, "I like it.</div></td>")] {
            let around = text.components(separatedBy: mark)
            #expect(around.count == 2 && around.allSatisfy { $0.contains(answer) })
        }
        let pause = try link(.pause, Self.first)
        #expect(view.fields.contains { $0.name == "List-Unsubscribe" && $0.value == "<\(pause)>" })
        #expect(view.fields.contains { $0.name == "List-Unsubscribe-Post" && $0.value == "List-Unsubscribe=One-Click" })
    }

    @Test func `A letter of before there were links leaves as it did`() async throws {
        var changes = Changes(kind: .letter)
        changes.isLinked = false
        let (_, view) = try await sent(changes)
        #expect(try #require(view.plain).contains("did not share an e-mail address"))
        #expect(!(try #require(view.html).contains("contact.example.org")))
        #expect(!view.fields.contains { $0.name.hasPrefix("List-") || $0.name == "References" || $0.name == "Thread-Index" })
    }

    @Test func `A recipient's answer goes to the visitor, in the language of the letter, with the visitor's link`() async throws {
        let (to, view) = try await sent(Changes(earlier: ["0000000000000000000000m1"]))
        #expect(to == [Self.visitor])
        #expect(view.from.hasPrefix("Pat über Photos <") || view.from.hasPrefix("\"Pat über Photos\" <"), "\(view.from)")
        #expect(view.subject == "Re: Your photo")
        let link = try link(.letter, Self.second, after: .hours(1)) + "/" + proofText() + "?lang=de"
        #expect(try #require(view.plain).contains(link))
        #expect(try #require(view.html).contains("\"\(link)\""))
        #expect(!view.fields.contains { $0.name.hasPrefix("List-") || $0.name == "Reply-To" })
        #expect(try #require(view.plain).contains("> Yes, print it."))
    }

    @Test func `Where nobody knows the visitor's language, it is English`() async throws {
        var changes = Changes()
        changes.language = nil
        #expect(try await sent(changes).view.fields.contains { $0.name == "Content-Language" && $0.value == "en" })
    }

    @Test(arguments: [false, true])
    func `A visitor's answer goes to the recipient, and shows what the letter showed`(shares: Bool) async throws {
        let (to, view) = try await sent(Changes(author: .visitor, shares: shares))
        #expect(to == ["pat@private.example"])
        #expect(view.fields.contains { $0.name == "Reply-To" } == shares)
        for purpose in LinkPurpose.ofRecipient {
            #expect(try #require(view.plain).contains(try link(purpose, Self.second, after: .hours(1))))
        }
        #expect(view.fields.contains { $0.name == "List-Unsubscribe-Post" })
    }

    @Test(arguments: Party.allCases)
    func `A copy goes to its author, with the links of the first letter`(author: Party) async throws {
        let (to, view) = try await sent(Changes(kind: .copy, author: author))
        #expect(to == [author == .visitor ? Self.visitor : "pat@private.example"])
        let link =
            author == .visitor ? try link(.letter, Self.first) + "/" + proofText() : try link(.reply, Self.first)
        let plain = try #require(view.plain)
        #expect(plain.contains(link) && plain.contains("> Yes, print it."))
        #expect(!view.fields.contains { $0.name.hasPrefix("List-") || $0.name == "Reply-To" })
    }

    @Test func `The notice of a pause has the link by which letters go on, and nothing of the visitor's`() async throws {
        let (to, view) = try await sent(Changes(kind: .pauseNotice))
        #expect(to == ["pat@private.example"])
        #expect(try #require(view.plain).contains(try link(.pause, Self.first)))
        for word in ["Vera", "Your photo", "print"] { #expect(!(try #require(view.plain).contains(word))) }
    }

    @Test func `The notice of a wave has the link that shows which letter it was, and nothing of the visitor's`() async throws {
        let (to, view) = try await sent(Changes(kind: .waveNotice))
        #expect(to == ["pat@private.example"])
        #expect(try #require(view.plain).contains(try link(.report, Self.first)))
        for word in ["Vera", "Your photo", "print"] { #expect(!(try #require(view.plain).contains(word))) }
    }

    /// Neither side's address is in any byte of what the other gets, whatever the encoding.
    @Test(arguments: [DeliveryKind.reply, .copy, .letter, .pauseNotice, .waveNotice], Party.allCases)
    func `Neither side's mails have the other's address (V1)`(kind: DeliveryKind, author: Party) async throws {
        let (outcomes, mails) = try await send([conversationJob(Changes(kind: kind, author: author))])
        #expect(outcomes.map(\.kind) == [.delivered])
        let mail = try #require(mails.first)
        let hidden = mail.recipients.map(Self.bare) == [Self.visitor] ? "pat@private.example" : Self.visitor
        let view = MailView(source: mail.octets)
        let shown = [
            String(decoding: mail.octets, as: UTF8.self), mail.sender, view.plain ?? "", view.html ?? "", view.subject ?? "",
            view.from, view.to,
        ]
        .joined(separator: "\n").lowercased()
        for needle in Self.encodings(of: hidden) { #expect(!shown.contains(needle), "\(needle)") }
    }

    // P4, K1: what a server says of a mail is kept, in the store and in the log, without any address of the two.
    @Test(
        arguments: [DeliveryKind.letter, .reply, .copy, .pauseNotice, .waveNotice],
        [
            "550 5.1.1 vera.canary: no such user", "450 4.2.1 user vera.canary at visitor.example is over quota",
            "550 5.1.1 <vera.canary@visitor.example> vera.canary unknown", "550 5.1.1 pat@private.example (pat) unknown",
        ])
    func `No reply of a server is kept with an address, whichever of the two it names`(kind: DeliveryKind, reply: String)
        async throws
    {
        for author in Party.allCases {
            let job = try conversationJob(Changes(kind: kind, author: author))
            let namesVisitor = reply.contains("vera")
            // Mails that nobody's address but the recipient's has to do with.
            if namesVisitor ? [.pauseNotice, .waveNotice].contains(kind) : job.addressee == .visitor { continue }
            for stage in [ServerStage.recipient, .finalDot] {
                let (outcomes, _) = try await send([job], script: Script([stage: .reply(reply)]))
                let kept = try #require(outcomes.first).diagnosis.text
                #expect(kept.contains("‹address›"), "\(author) \(stage): \(kept)")
                for needle in ["vera", "canary", "visitor.example", "pat", "private"] {
                    #expect(!kept.contains(needle), "\(author) \(stage): \(kept)")
                }
            }
        }
    }

    private static func encodings(of address: String) -> [String] {
        let octets = Data(address.utf8)
        let base64 = (0..<3).map { pad in
            // Without the ends, which depend on what stands beside.
            String((Data(repeating: 0x20, count: pad) + octets).base64EncodedString().dropFirst(4).dropLast(4)).lowercased()
        }
        let parts = address.split(separator: "@").map(String.init)
        return [
            address, parts[0] + "%40", parts[0] + "=40", parts[0] + "&#", String(address.reversed()), parts[1],
            octets.map { String(format: "%02x", $0) }.joined(),
        ] + base64 + (parts[0].count > 3 ? [parts[0]] : [])
    }

    /// What was changed in the store → what the operator reads.
    @Test(arguments: [
        ("moved to another conversation", "the sealed reply does not open"), ("said to be the visitor's", "another author"),
        ("another recipient's first letter", "the sealed first letter does not open"), ("without links", "has no links"),
    ])
    func `What does not belong together is held, with the reason`(change: String, words: String) async throws {
        var changes = Changes()
        switch change {
        case "moved to another conversation": changes.conversation = LetterID(high: 6, low: 6)
        case "said to be the visitor's": changes.sealedAuthor = .visitor
        case "another recipient's first letter": changes.sealedFor = "mallory"
        default: changes.isLinked = false
        }
        let (outcomes, mails) = try await send([conversationJob(changes)])
        #expect(outcomes.first?.kind == .ourFault && mails.isEmpty)
        #expect(outcomes.first?.diagnosis.text.contains(words) == true, "\(outcomes)")
    }

    @Test func `Nothing of somebody who was erased leaves, to either side`() async throws {
        try await enrolment.note(RecordNotes(all: [.erased(.recipient(recipient.handle, at: recipient.site), recipient.id)]))
        for kind in [DeliveryKind.reply, .copy, .pauseNotice, .waveNotice] {
            let (outcomes, mails) = try await send([conversationJob(Changes(kind: kind))])
            #expect(outcomes.first?.diagnosis.text.contains("was erased") == true && mails.isEmpty)
        }
    }

    @Test(arguments: [DeliveryKind.letter, .reply])
    func `What a muted visitor writes does not leave and uses no budget; answers to them do`(kind: DeliveryKind) async throws {
        let name = visitors.muteName(of: try EmailAddress(Self.visitor), for: recipient.id, recipient.handle, at: site.id)
        let other = visitors.muteName(of: try EmailAddress("x@y.example"), for: recipient.id, recipient.handle, at: site.id)
        let one = Limit.Rate(count: 1, per: .days(1))
        let budgets = Configuration.Budgets(recipient: one, address: one, confirmation: nil, global: nil)
        var changes = Changes(kind: kind, author: .visitor, mutes: [other.bytes, name.bytes])
        let muted = try conversationJob(changes)
        changes.mutes = [other.bytes]
        let heard = try conversationJob(changes)
        let answer = try conversationJob(Changes(author: .recipient, mutes: [name.bytes], number: 20))
        let (outcomes, mails) = try await send([muted, muted, heard, answer], budgets: budgets)
        #expect(outcomes.map(\.kind) == [.muted, .muted, .delivered, .delivered], "\(outcomes)")
        #expect(mails.count == 2)
        #expect(outcomes.first?.diagnosis.text == "the recipient has muted this visitor")
    }

    /// Forged, of another conversation, of another address; then the right one, alone and among forged ones.
    @Test(arguments: ["none", "forged", "conversation", "address", "right", "right before forged", "right after forged"])
    func `A visitor who has proven nothing gets three mails a day, whatever is claimed (V3)`(_ given: String) async throws {
        let proof: [UInt8]? =
            switch given {
            case "forged": Array(repeating: 7, count: 16)
            case "conversation": try self.proof(in: LetterID(high: 6, low: 6))
            case "address": try self.proof("eve@visitor.example")
            case "right": try self.proof(Self.visitor.uppercased())
            case "right before forged": try self.proof() + Array(repeating: 7, count: 16)
            case "right after forged": Array(repeating: 7, count: 16) + (try self.proof())
            default: nil
            }
        var jobs: [DeliveryJob] = []
        for number in 0..<5 {
            let isReply = number.isMultiple(of: 2)
            var changes = Changes(kind: isReply ? .reply : .copy, author: isReply ? .recipient : .visitor)
            (changes.proof, changes.number) = (proof, UInt64(20 + number))
            jobs.append(try conversationJob(changes))
        }
        let budgets = Configuration.Budgets(
            recipient: nil, address: nil, confirmation: nil, global: nil, reply: .init(count: 3, per: .days(1)))
        let (outcomes, mails) = try await send(jobs, budgets: budgets)
        let isRight = given.hasPrefix("right")
        #expect(mails.count == (isRight ? 5 : 3))
        if !isRight {
            #expect(outcomes.last?.diagnosis.text.contains("POSTERN_BUDGET_REPLY") == true, "\(outcomes)")
        }
    }
}
