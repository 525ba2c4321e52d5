private import Foundation
package import PosternCore
internal import PosternStore

/// Turns the texts of a request into values, or says what is wrong with them.
package enum RequestText {
    package struct Fault: OperationFault {
        package let description: String
        package let remedy: String?

        init(_ description: String, remedy: String? = nil) {
            self.description = description
            self.remedy = remedy
        }
    }

    package static func site(_ text: String) throws -> SiteID {
        do { return try SiteID(text) } catch { throw Fault(error.description) }
    }

    static func staffName(_ text: String) throws -> StaffName {
        do { return try StaffName(text) } catch { throw Fault(error.description) }
    }

    static func handle(_ text: String) throws -> Handle {
        do { return try Handle(text) } catch { throw Fault(error.description) }
    }

    static func alias(_ text: String) throws -> HandleAlias {
        do { return try HandleAlias(text) } catch { throw Fault(error.description) }
    }

    /// - Parameter list: the command that lists such ids.
    static func id(_ text: String, of noun: String, list: String) throws -> LetterID {
        guard let id = LetterID(text) else {
            throw Fault("“\(text)” is not the id of \(noun): an id has 26 characters", remedy: "See \(list).")
        }
        return id
    }

    static func deliveryID(_ text: String) throws -> LetterID { try id(text, of: "a delivery", list: "postern queue list") }

    static func entryID(_ text: String) throws -> LetterID { try id(text, of: "a log entry", list: "postern log list") }

    static func waveID(_ text: String) throws -> LetterID { try id(text, of: "a wave", list: "postern wave list") }

    static func operationID(_ text: String) throws -> OperationID {
        guard let id = OperationID(text) else { throw otherVersion("the place in the list of operations") }
        return id
    }

    static func tokenID(_ text: String) throws -> SiteTokenID {
        guard let id = SiteTokenID(text) else {
            throw Fault("“\(text)” is not the id of a token: an id has 26 characters", remedy: "See postern token list.")
        }
        return id
    }

    static func scope(_ text: String) throws -> SiteToken.Scope { try word(text, "scope") }

    static func digest(_ text: String) throws -> [UInt8] {
        guard let digest = Data(base64Encoded: text), digest.count == 16 else { throw otherVersion("the token") }
        return Array(digest)
    }

    static func reportID(_ text: String) throws -> ReportID {
        guard let id = ReportID(text) else { throw otherVersion("the place in the list of reports") }
        return id
    }

    static func tag(_ text: String) throws -> Tag {
        guard let tag = Tag(text) else {
            throw Fault("“\(text)” is not a tag: a tag has 13 characters", remedy: "See postern log list.")
        }
        return tag
    }

    /// One of the words of an enumeration.
    static func word<Word: RawRepresentable & CaseIterable>(_ text: String, _ noun: String) throws -> Word
    where Word.RawValue == String {
        guard let word = Word(rawValue: text) else {
            throw Fault(
                "there is no \(noun) “\(text)”", remedy: "Choose from \(Word.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return word
    }

    package static func siteName(_ text: String) throws -> HeaderText {
        guard let name = try? HeaderText(text, limit: Letter.Limit.name) else {
            throw Fault("the site's name must be one line of at most \(Letter.Limit.name) characters")
        }
        return name
    }

    /// - Returns: nil for an empty text.
    static func introduction(_ text: String) throws -> HeaderText? {
        if text.isEmpty { return nil }
        guard let line = try? HeaderText(text, limit: SiteLook.introductionLimit) else {
            throw Fault(
                "the introduction must be one paragraph of at most \(SiteLook.introductionLimit) characters without line breaks")
        }
        return line
    }

    package static func origin(_ text: String) throws -> WebOrigin {
        guard let origin = WebOrigin(text) else {
            throw Fault(
                "“\(text)” is not an origin", remedy: "Write scheme, host and, if needed, port, as in https://photos.example.")
        }
        return origin
    }

    static func language(_ text: String) throws -> Language {
        guard let language = Language(text) else {
            throw Fault("“\(text)” is not a language", remedy: "Write a language tag such as de or pt-br.")
        }
        return language
    }

    /// - Returns: nil for an empty text.
    static func accent(_ text: String) throws -> AccentColour? {
        if text.isEmpty { return nil }
        guard let accent = AccentColour(text) else {
            throw Fault("“\(text)” is not a colour", remedy: "Write # and six hexadecimal digits, as in #1f5f8b.")
        }
        return accent
    }

    static func logo(base64 text: String) throws -> Logo {
        guard let content = Data(base64Encoded: text) else { throw otherVersion("the logo") }
        do { return try Logo(file: Array(content)) } catch { throw Fault("\(error)") }
    }

    static func blockReason(_ text: String) throws -> HeaderText {
        guard let reason = try? HeaderText(text, limit: Block.textLimit) else {
            throw Fault("the reason must be one line of at most \(Block.textLimit) characters")
        }
        return reason
    }

    /// - Parameter now: a tag stands for one client on the day of the tag only, which is today's.
    static func mark(_ mark: ControlRequest.NewBlock.Mark, at now: Timestamp) throws -> Block.Mark {
        switch mark {
        case .tag(let text): return .tag(try tag(text), Epoch(containing: now))
        case .prefix(let text):
            do { return .range(try AddressRange(text)) } catch { throw Fault("\(error)") }
        case .domain(let text):
            let domain = text.lowercased()
            guard let name = DomainName(domain.hasPrefix("@") ? String(domain.dropFirst()) : domain) else {
                throw Fault("“\(text)” is not a domain", remedy: "Write one like spam.example.")
            }
            return .domain(name.ascii)
        case .sender(let text):
            guard let digest = SenderDigest(text) else { throw otherVersion("the sender") }
            return .sender(digest)
        case .text(let text): return .phrase(BlockedPhrase(text))
        }
    }

    /// - Parameter name: as the vault has authorised it.
    static func site(
        _ id: String, name: String, origins: [String], _ authorisation: ControlRequest.NewSiteAuthorisation?
    ) throws -> Site {
        let given = try authorisation.map { authorisation in
            guard let code = Data(base64Encoded: authorisation.code) else { throw otherVersion("the site \(id)") }
            return SiteAuthorisation(version: authorisation.version, code: Array(code))
        }
        guard let name = HeaderText(stored: name, limit: Letter.Limit.name) else { throw otherVersion("the site \(id)") }
        return Site(id: try site(id), name: name, origins: try origins.map(origin), authorisation: given)
    }

    static func record(
        _ new: ControlRequest.NewRecipient, at site: SiteID
    ) throws -> RecipientOperations.NewRecord {
        let handle = try handle(new.handle)
        guard let id = RecipientID(new.id), let name = HeaderText(stored: new.name, limit: Letter.Limit.name),
            let language = Language(new.language), let seal = Data(base64Encoded: new.seal),
            let authorisation = Data(base64Encoded: new.authorisation)
        else { throw otherVersion("the recipient \(new.handle)") }
        let recipient = Recipient(
            id: id, site: site, handle: handle, name: name, language: language, state: new.confirmed ? .active : .unconfirmed,
            record: SealedRecord(version: new.version, seal: Array(seal), authorisation: Array(authorisation)))
        return RecipientOperations.NewRecord(
            recipient, former: new.former, isSuccessor: new.isSuccessor == true, aliases: try (new.aliases ?? []).map(alias))
    }

    private static func otherVersion(_ noun: String) -> Fault {
        Fault(
            "\(noun) came in a form that this relay does not read",
            remedy: "The relay is of another version than this command: restart the service.")
    }
}
