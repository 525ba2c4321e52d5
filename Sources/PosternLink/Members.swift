package import PosternCore

/// A request to enrol a recipient, who joins on our page or is added by their site.
package struct MemberRequest: LinkPayload, Equatable, Sendable, Unprintable {
    /// The site as stored. The mail names it, so it must carry the vault's authorisation.
    package let site: Site
    package let handle: Handle
    package let name: HeaderText
    package let language: Language
    package let address: EmailAddress
    /// The unconfirmed recipient who already has this handle; nil if the handle is new.
    package let former: Recipient?
    /// The site's credential, if the site asks. Nil when the request was begun on our page: then only a code that is typed there
    /// confirms the address.
    package let token: SiteToken?

    package static let longestPart = 8_192

    package init(
        site: Site, handle: Handle, name: HeaderText, language: Language, address: EmailAddress, former: Recipient? = nil,
        token: SiteToken? = nil
    ) {
        self.site = site
        self.handle = handle
        self.name = name
        self.language = language
        self.address = address
        self.former = former
        self.token = token
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(site)
        writer.write(handle.text)
        writer.write(name.text)
        writer.write(language.description)
        writer.write(address.text)
        writer.write(former != nil)
        if let former { writer.write(former) }
        writer.write(token != nil)
        if let token { writer.write(token) }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            site: try reader.site(), handle: try reader.handle(), name: try reader.name(), language: try reader.language(),
            address: try reader.address(), former: try reader.flag() ? try reader.recipient() : nil,
            token: try reader.flag() ? try reader.siteToken() : nil)
    }
}

/// The answer to `enrol` and `change`. A request without valid proof is refused (`LinkRefusal`, denied).
package enum MemberAnswer: LinkPayload, Equatable, Sendable {
    /// The recipient with a new record, to be stored in place of the former one.
    case record(Recipient)
    /// The recipient with the record of the requested address, which does not count before that address is confirmed
    /// (`authorise`). The id is that of the notice to the former address.
    case change(AddressChangeID, Recipient)
    /// The handle belongs to somebody, or once did.
    case taken
    /// A vault limit was reached.
    case limited(retryAfter: Duration)
    /// There is no record to store: the recipient is erased, or no requested address counts any more.
    case done
    /// As `record`; `next` is the record of the open change of address with the same name and language, to be stored in place of
    /// the one that was sent.
    case renamed(Recipient, next: SealedRecord)
    /// This address has already been asked as often in a day as one address may be.
    case askedOften(retryAfter: Duration)

    package static var longestPart: Int { 8_192 }

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .record(let recipient):
            writer.write(1 as UInt8)
            writer.write(recipient)
        case .change(let id, let recipient):
            writer.write(2 as UInt8)
            writer.write(id)
            writer.write(recipient)
        case .taken: writer.write(3 as UInt8)
        case .limited(let wait):
            writer.write(4 as UInt8)
            writer.write(wait.milliseconds)
        case .done: writer.write(5 as UInt8)
        case .renamed(let recipient, let next):
            writer.write(6 as UInt8)
            writer.write(recipient)
            writer.write(next)
        case .askedOften(let wait):
            writer.write(7 as UInt8)
            writer.write(wait.milliseconds)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        switch try reader.number(UInt8.self) {
        case 1: self = .record(try reader.recipient())
        case 2: self = .change(try reader.identifier(), try reader.recipient())
        case 3: self = .taken
        case 4: self = .limited(retryAfter: try reader.wait())
        case 5: self = .done
        case 6: self = .renamed(try reader.recipient(), next: try reader.record())
        case 7: self = .askedOften(retryAfter: try reader.wait())
        default: throw .badValue
        }
    }
}

/// A request to sign a recipient in by the link that was mailed to them.
package struct SignInRequest: LinkPayload, Equatable, Sendable, Unprintable {
    package let recipient: Recipient
    package let token: MailedToken

    package static let longestPart = 8_192

    package init(recipient: Recipient, token: MailedToken) {
        (self.recipient, self.token) = (recipient, token)
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(recipient)
        writer.write(token)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(recipient: try reader.recipient(), token: try reader.mailedToken())
    }
}

/// A recipient with the record that is stored now.
package struct RecordInUse: LinkPayload, Equatable, Sendable, Unprintable {
    package let recipient: Recipient

    package static let longestPart = 8_192

    package init(_ recipient: Recipient) {
        self.recipient = recipient
    }

    package func write(to writer: inout ByteWriter) { writer.write(recipient) }

    package init(from reader: inout ByteReader) throws(ByteFault) { recipient = try reader.recipient() }
}

/// The answer to a `SignInRequest`: the ledger keys of all days whose letters can still be opened.
package struct SignIn: LinkPayload, Equatable, Sendable, Unprintable {
    package let ledgerKeys: [LedgerKey]

    package init(ledgerKeys: [LedgerKey]) {
        self.ledgerKeys = ledgerKeys
    }

    package func write(to writer: inout ByteWriter) { writer.write(ledgerKeys) }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        ledgerKeys = try reader.list(atMost: 4_096)
    }
}

extension LedgerKey: LinkPayload {
    package func write(to writer: inout ByteWriter) {
        writer.write(epoch.day)
        writer.write(bytes)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let epoch = Epoch(day: try reader.number())
        guard let key = LedgerKey(epoch: epoch, bytes: try reader.part()) else { throw .badValue }
        self = key
    }
}

/// What proves to the vault that a change of a record is authorised.
package enum MemberProof: Equatable, Sendable, Unprintable {
    /// The recipient's proof: the link to their page.
    case member(MailedToken)
    /// The site's proof: its API credential.
    case site(SiteToken)
    /// The proof of anyone who reads mail at the former address: the link in the notice.
    case undo(MailedToken)
}

/// A request to change a recipient's record, which the relay cannot do by itself.
package struct MemberChange: LinkPayload, Equatable, Sendable, Unprintable {
    package enum Wish: Equatable, Sendable, Unprintable {
        /// Change the display name or the language. The address stays.
        case words(name: HeaderText, language: Language)
        /// The same while a new address waits for its code, or an undone change can still be redone: that record gets the same
        /// name and language.
        case rename(name: HeaderText, language: Language, next: SealedRecord)
        /// Change the address. The new one must confirm first.
        case address(EmailAddress)
        /// Undo a change of address: the record as it was when the change was requested counts again.
        case keepFormer(SealedRecord)
        /// Redo a change of address that was undone: its confirmed record counts again. `former` shows which change it was.
        case takeNew(SealedRecord, former: SealedRecord)
        /// Erase the recipient, at once and for good.
        case erase
        /// Keep the present address: the code of an address requested until now no longer counts.
        case keepPresent
    }

    /// The recipient as stored now.
    package let recipient: Recipient
    package let proof: MemberProof
    package let wish: Wish

    package static let longestPart = 8_192

    package init(recipient: Recipient, proof: MemberProof, wish: Wish) {
        self.recipient = recipient
        self.proof = proof
        self.wish = wish
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(recipient)
        switch proof {
        case .member(let token):
            writer.write(1 as UInt8)
            writer.write(token)
        case .site(let token):
            writer.write(2 as UInt8)
            writer.write(token)
        case .undo(let token):
            writer.write(3 as UInt8)
            writer.write(token)
        }
        switch wish {
        case .words(let name, let language):
            writer.write(1 as UInt8)
            writer.write(name.text)
            writer.write(language.description)
        case .address(let address):
            writer.write(2 as UInt8)
            writer.write(address.text)
        case .keepFormer(let former):
            writer.write(3 as UInt8)
            writer.write(former)
        case .takeNew(let next, let former):
            writer.write(4 as UInt8)
            writer.write(next)
            writer.write(former)
        case .erase: writer.write(5 as UInt8)
        case .rename(let name, let language, let next):
            writer.write(6 as UInt8)
            writer.write(name.text)
            writer.write(language.description)
            writer.write(next)
        case .keepPresent: writer.write(7 as UInt8)
        }
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let recipient = try reader.recipient()
        let proof: MemberProof
        switch try reader.number(UInt8.self) {
        case 1: proof = .member(try reader.mailedToken())
        case 2: proof = .site(try reader.siteToken())
        case 3: proof = .undo(try reader.mailedToken())
        default: throw .badValue
        }
        let wish: Wish
        switch try reader.number(UInt8.self) {
        case 1: wish = .words(name: try reader.name(), language: try reader.language())
        case 2: wish = .address(try reader.address())
        case 3: wish = .keepFormer(try reader.record())
        case 4: wish = .takeNew(try reader.record(), former: try reader.record())
        case 5: wish = .erase
        case 6: wish = .rename(name: try reader.name(), language: try reader.language(), next: try reader.record())
        case 7: wish = .keepPresent
        default: throw .badValue
        }
        self.init(recipient: recipient, proof: proof, wish: wish)
    }
}

/// A request to make an API credential for a site. The answer is a `SiteToken`.
package struct SiteTokenRequest: LinkPayload, Equatable, Sendable {
    package let site: SiteID
    package let scope: SiteToken.Scope
    package let id: SiteTokenID

    package init(site: SiteID, scope: SiteToken.Scope, id: SiteTokenID) {
        (self.site, self.scope, self.id) = (site, scope, id)
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(site.text)
        writer.write(scope.rawValue)
        writer.write(id)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            site: try reader.siteID(), scope: try reader.value { SiteToken.Scope(rawValue: $0) }, id: try reader.identifier())
    }
}

extension SiteToken: LinkPayload {
    package func write(to writer: inout ByteWriter) { writer.write(self) }
    package init(from reader: inout ByteReader) throws(ByteFault) { self = try reader.siteToken() }
}

extension ByteWriter {
    mutating func write(_ token: MailedToken) {
        write(token.id)
        write(token.code)
    }

    fileprivate mutating func write(_ token: SiteToken) {
        write(token.id)
        write(token.code)
    }
}

extension ByteReader {
    fileprivate mutating func wait() throws(ByteFault) -> Duration {
        let milliseconds = try number(Int64.self)
        guard (0...Duration.days(366).milliseconds).contains(milliseconds) else { throw .badValue }
        return .milliseconds(milliseconds)
    }

    fileprivate mutating func address() throws(ByteFault) -> EmailAddress { try value { try? EmailAddress($0) } }

    mutating func mailedToken() throws(ByteFault) -> MailedToken {
        let id: Identifier<MailedToken.IDKind> = try identifier()
        guard let token = MailedToken(id, code: try part()) else { throw .badValue }
        return token
    }

    fileprivate mutating func siteToken() throws(ByteFault) -> SiteToken {
        let id: SiteTokenID = try identifier()
        guard let token = SiteToken(id, code: try part()) else { throw .badValue }
        return token
    }
}
