internal import ArgumentParser
private import Foundation
internal import PosternCore
internal import PosternHost
private import PosternLink
internal import PosternRelay

struct PersonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "Find, export or erase what is kept of one address, when its owner asks.",
        discussion: """
            The address is read from standard input, never from an argument, since other users of this machine could read it there. \
            The vault opens what is sealed and compares it; the relay does not learn the address, and the vault's journal says that \
            somebody looked. Check first that it is the owner who asks.
            """,
        subcommands: [Find.self, Export.self, Erase.self])

    struct Find: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List recipients with that address, the letters of a visitor who wrote from it, and blocks by it.")

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func run() async throws {
            let found = try await PersonSearch(home.caller()).run()
            try output.print(found) { found.text }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what is kept of that address, as JSON to hand to its owner.",
            discussion: """
                Of a recipient: the name, the language, the state and each letter's time and outcome. Of a visitor: each letter's time, \
                recipient and outcome. The texts of letters are not in it: a recipient has them by mail, and a visitor's own can be read \
                at the link that the form showed.
                """)

        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = try home.caller()
            let found = try await PersonSearch(caller).run()
            var mails: [String: [PersonExport.Mail]] = [:]
            for person in found.recipients {
                let page: Page<DeliveryView> = try await caller.pages(of: 0, by: \.id.description) { after, count in
                    var filter = ControlRequest.QueueFilter(limit: count)
                    (filter.site, filter.handle, filter.after) = (person.site, person.handle, after)
                    return .listQueue(filter)
                }
                mails["\(person.site)/\(person.handle)"] = page.rows.map(PersonExport.Mail.init)
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.say(String(decoding: try encoder.encode(PersonExport(found, mails: mails)), as: UTF8.self))
        }
    }

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase recipients with that address, and the letters of a visitor who wrote from it.",
            discussion: """
                What waits is dropped, and nobody can answer those letters any more. The log keeps that they came, without the address. A \
                letter that was reported, and the sealed IP address of one that was held or refused, stay as long as the settings say. \
                Mails that were delivered are in their recipients' mailboxes. A block by that address stays until it is removed.
                """)

        @OptionGroup var home: HomeOption
        @OptionGroup var yes: YesOption

        func run() async throws {
            let caller = try home.caller()
            let found = try await PersonSearch(caller).run()
            Terminal.say(found.text)
            guard !found.recipients.isEmpty || !found.letters.isEmpty else { return }
            try yes.ask("Erase these \(found.recipients.count) recipients and \(found.letters.count) letters, for good")
            for person in found.recipients {
                let known: [FoundRecipient] = try await caller.ask(
                    .findRecipients(site: person.site, handles: [person.handle]))
                try await RecipientCommand.Erase.erase(known.first, person.handle, at: person.site, by: caller)
            }
            // Letters to an erased recipient are gone with them.
            let letters = found.letters.map(\.id.description)
            for start in stride(from: 0, to: letters.count, by: 100) {
                try await caller.change(.eraseLetters(ids: Array(letters[start..<min(start + 100, letters.count)])))
            }
            Terminal.say("Erased.")
            await OperatorCaller(home: caller.home, users: caller.users).sayIfSecretsCopyIsBehind(caller.configuration)
        }
    }
}

/// What is stored about one address, without the address.
struct PersonFindings: Codable, Sendable {
    struct Person: Codable, Sendable {
        let site: String
        let handle: String
        let name: String
        let language: String
        let state: String
    }

    struct Letter: Codable, Sendable {
        let id: LetterID
        let at: String
        let site: String
        let handle: String
        let state: String
    }

    /// A block by that address, as a visitor's.
    struct Block: Codable, Sendable {
        let id: Int64
        let effect: String
        let added: String
    }

    var recipients: [Person] = []
    var letters: [Letter] = []
    var blocks: [Block] = []
    /// What could not be opened and may be anybody's.
    var unread = 0

    var isEmpty: Bool { recipients.isEmpty && letters.isEmpty && blocks.isEmpty }

    var text: String {
        var parts: [String] = []
        if !recipients.isEmpty {
            parts.append(
                TextTable(
                    recipients, ("RECIPIENT", { "\($0.site)/\($0.handle)" }), ("NAME", \.name), ("LANGUAGE", \.language),
                    ("STATE", \.state)
                ).text)
        }
        if !letters.isEmpty {
            parts.append(
                TextTable(
                    letters, ("LETTER", \.id.description), ("CAME", \.at), ("TO", { "\($0.site)/\($0.handle)" }),
                    ("STATE", \.state)
                ).text)
        }
        if !blocks.isEmpty {
            parts.append(
                TextTable(
                    blocks, ("BLOCK", { String($0.id) }), ("EFFECT", \.effect), ("ADDED", \.added)
                ).text + "\nA digest of the address is kept for it until it is removed: postern block remove \(blocks[0].id)")
        }
        if isEmpty { parts.append("Nothing is kept under that address, as far as it can be opened.") }
        if unread > 0 {
            parts.append("\(unread) sealed records could not be opened, and may be anybody's: see postern doctor.")
        }
        return parts.joined(separator: "\n\n")
    }
}

/// What an export says.
private struct PersonExport: Codable {
    struct Mail: Codable {
        let id: String
        let kind: String
        let accepted: String
        let state: String

        init(_ line: DeliveryView) {
            (id, kind) = (line.id.description, line.kind)
            (accepted, state) = (line.accepted.rfc3339, line.state)
        }
    }

    struct Recipient: Codable {
        let recipient: PersonFindings.Person
        let mails: [Mail]
    }

    let recipients: [Recipient]
    let letters: [PersonFindings.Letter]
    let blocks: [PersonFindings.Block]

    init(_ found: PersonFindings, mails: [String: [Mail]]) {
        recipients = found.recipients.map { Recipient(recipient: $0, mails: mails["\($0.site)/\($0.handle)"] ?? []) }
        (letters, blocks) = (found.letters, found.blocks)
    }
}

/// Has the vault look through everything that is sealed.
private struct PersonSearch {
    let caller: ControlCaller
    let address: EmailAddress

    /// - Throws: `ExitCode` 66 when no address came on standard input, 65 when it is none.
    init(_ caller: ControlCaller) throws {
        guard let line = readLine(strippingNewline: true) else {
            throw Exit.noInput.saying("no address came on standard input\n    Try: postern person find < FILE")
        }
        do {
            address = try EmailAddress(line)
        } catch {
            throw Exit.data.saying("that is no e-mail address: \(error)")
        }
        self.caller = caller
    }

    func run() async throws -> PersonFindings {
        var found = PersonFindings()
        var isFirst = true
        func ask(recipients: [Recipient] = [], letters: [AddressSearch.SealedLetter] = []) async throws -> AddressMatches {
            let request = AddressSearch(address: address, isFirst: isFirst, recipients: recipients, letters: letters)
            isFirst = false
            let matches = try await OperatorCaller(home: caller.home, users: caller.users).search(request)
            found.unread += matches.unread
            return matches
        }
        let sites: [SiteView] = try await caller.ask(.listSites)
        for site in sites {
            guard let id = try? SiteID(site.id) else { continue }
            let people: Page<RecipientView> = try await caller.pages(of: 0, by: \.handle) { after, count in
                .listRecipients(site: site.id, after: after, limit: count)
            }
            let handles = people.rows.map(\.handle)
            for start in stride(from: 0, to: handles.count, by: AddressSearch.mostRecipients) {
                let some = Array(handles[start..<min(start + AddressSearch.mostRecipients, handles.count)])
                let known: [FoundRecipient] = try await caller.ask(.findRecipients(site: site.id, handles: some))
                let matches = Set(try await ask(recipients: known.compactMap { $0.recipient(at: id) }).recipients)
                found.recipients += known.filter { matches.contains($0.id) }.map {
                    PersonFindings.Person(
                        site: site.id, handle: $0.handle, name: $0.name, language: $0.language, state: $0.state)
                }
            }
        }
        let digests = Set(
            try await OperatorCaller(home: caller.home, users: caller.users).nameSender(address).map(\.description))
        let blocks: [BlockView] = try await caller.ask(.listBlocks)
        found.blocks = blocks.filter { $0.kind == "sender" && digests.contains($0.mark) }.map {
            PersonFindings.Block(id: $0.id, effect: $0.effect, added: $0.added.rfc3339)
        }
        var after: String?
        while true {
            let rows: [SealedLetterView] = try await caller.ask(.listSealedLetters(after: after))
            guard let last = rows.last else { break }
            let letters = rows.compactMap(AddressSearch.SealedLetter.init)
            let matches = Set(try await ask(letters: letters).letters)
            found.letters += rows.filter { matches.contains($0.id) }.map {
                PersonFindings.Letter(
                    id: $0.id, at: $0.id.moment.rfc3339, site: $0.site, handle: $0.handle, state: $0.state)
            }
            // The same rows again have no end.
            guard last.id.description != after else { throw ControlCaller.mismatch }
            after = last.id.description
        }
        return found
    }
}

extension AddressSearch.SealedLetter {
    /// Nil for a row that is not what a store of this version holds.
    fileprivate init?(_ row: SealedLetterView) {
        guard let site = try? SiteID(row.site), let handle = try? Handle(row.handle), let seal = Data(base64Encoded: row.seal)
        else { return nil }
        self.init(id: row.id, site: site, recipient: row.recipient, handle: handle, seal: Array(seal))
    }
}
