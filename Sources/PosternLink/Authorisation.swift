package import PosternCore

/// A request to confirm a recipient's address, with proof that mail to it was received.
package struct ConfirmationRequest: Equatable, Sendable, Unprintable {
    package let recipient: Recipient
    /// The token of a confirmation link, which only the vault can have mailed, or the code that was typed.
    package let token: String
    /// The mailed link through which the code was entered, if any. Wrong codes of its holder are counted apart from everybody
    /// else's.
    package let holder: MailedToken?

    package init(recipient: Recipient, token: String, holder: MailedToken? = nil) {
        self.recipient = recipient
        self.token = token
        self.holder = holder
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(recipient)
        writer.write(token)
        writer.write(holder != nil)
        if let holder { writer.write(holder) }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        self.init(
            recipient: try reader.recipient(), token: try reader.text(),
            holder: try reader.flag() ? try reader.mailedToken() : nil)
        try reader.end()
    }
}

/// Addresses for the vault to seal. They go over the operator socket, never through the relay.
package struct EnrolRequest: Equatable, Sendable {
    package struct Entry: Equatable, Sendable, Unprintable {
        package let site: SiteID
        package let handle: Handle
        package let name: HeaderText
        package let language: Language
        package let address: EmailAddress
        /// The recipient as stored; nil for a new one. The vault trusts none of it before it has checked its own authorisation.
        package let former: Recipient?

        package init(
            site: SiteID, handle: Handle, name: HeaderText, language: Language, address: EmailAddress, former: Recipient?
        ) {
            self.site = site
            self.handle = handle
            self.name = name
            self.language = language
            self.address = address
            self.former = former
        }
    }

    /// The most recipients that fit into one frame, with their seals in base64 and room to spare.
    package static let most = 250

    package let entries: [Entry]
    /// Whether the operator vouches for the addresses. If not, each is asked by mail first.
    package let confirmed: Bool
    /// Whether the handles belonged to people who were erased, and are now given to others.
    package let isSuccession: Bool

    package init(entries: [Entry], confirmed: Bool, isSuccession: Bool = false) {
        self.entries = entries
        self.confirmed = confirmed
        self.isSuccession = isSuccession
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(confirmed)
        writer.write(isSuccession)
        writer.write(UInt16(clamping: entries.count))
        for entry in entries {
            writer.write(entry.site.text)
            writer.write(entry.handle.text)
            writer.write(entry.name.text)
            writer.write(entry.language.description)
            writer.write(entry.address.text)
            writer.write(entry.former != nil)
            if let former = entry.former { writer.write(former) }
        }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        confirmed = try reader.flag()
        isSuccession = try reader.flag()
        entries = try reader.list(atMost: Self.most) { reader throws(ByteFault) in
            Entry(
                site: try reader.siteID(), handle: try reader.handle(), name: try reader.name(),
                language: try reader.language(), address: try reader.value { try? EmailAddress($0) },
                former: try reader.flag() ? try reader.recipient() : nil)
        }
        try reader.end()
    }
}

/// The answer to an `EnrolRequest`: the recipients with their sealed records, in the order of the request.
package struct Enrolled: Equatable, Sendable {
    package let all: [Recipient]

    package init(all: [Recipient]) {
        self.all = all
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(clamping: all.count))
        for recipient in all { writer.write(recipient) }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        all = try reader.list(atMost: EnrolRequest.most) { reader throws(ByteFault) in try reader.recipient() }
        try reader.end()
    }
}

/// The name and origins of a site that mails may show, for the vault to authorise.
package struct SiteRequest: Equatable, Sendable {
    package let id: SiteID
    /// Nil to keep the name of `former`.
    package let name: HeaderText?
    package let origins: [WebOrigin]?
    /// The site as stored; nil for a new one. The vault takes nothing from it that it has not authorised itself.
    package let former: Site?

    package init(id: SiteID, name: HeaderText?, origins: [WebOrigin]?, former: Site?) {
        self.id = id
        self.name = name
        self.origins = origins
        self.former = former
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(id.text)
        writer.write(name?.text)
        writer.write(origins != nil)
        if let origins { writer.write(origins) }
        writer.write(former != nil)
        if let former { writer.write(former) }
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        self.init(
            id: try reader.siteID(), name: try reader.flag() ? try reader.name() : nil,
            origins: try reader.flag() ? try reader.origins() : nil, former: try reader.flag() ? try reader.site() : nil)
        try reader.end()
    }
}

extension Site {
    /// The answer to `authoriseSite`.
    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(self)
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        self = try reader.site()
        try reader.end()
    }
}

/// What an operator's command tells the vault once the store has kept what was authorised, or has erased a recipient.
package struct RecordNotes: Equatable, Sendable {
    package enum Note: Equatable, Sendable {
        case inUse(AuthorisedName, version: Int32, RecipientID?)
        case erased(AuthorisedName, RecipientID)
    }

    package let all: [Note]

    package init(all: [Note]) {
        self.all = all
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(clamping: all.count))
        for note in all {
            switch note {
            case .inUse(let name, let version, let recipient):
                writer.write(name)
                writer.write(version)
                writer.write(recipient != nil)
                if let recipient { writer.write(recipient) }
            case .erased(let name, let recipient):
                writer.write(name)
                writer.write(Int32(0))
                writer.write(true)
                writer.write(recipient)
            }
        }
        return writer.bytes
    }

    /// - Throws: `ByteFault` when it is malformed. A version of 0 means that the recipient was erased.
    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 4_096)
        all = try reader.list(atMost: EnrolRequest.most) { reader throws(ByteFault) in
            let site = try reader.siteID()
            let name: AuthorisedName = try reader.flag() ? .recipient(try reader.handle(), at: site) : .site(site)
            let version = try reader.number(Int32.self)
            let recipient: RecipientID? = try reader.flag() ? try reader.identifier() : nil
            if version > 0 { return .inUse(name, version: version, recipient) }
            guard version == 0, let recipient else { throw .badValue }
            return .erased(name, recipient)
        }
        try reader.end()
    }
}

/// Sites and recipients that an earlier version of the program stored. It authorised neither names nor origins.
package struct AdoptionRequest: Equatable, Sendable {
    package let sites: [Site]
    /// No more than `EnrolRequest.most`.
    package let recipients: [Recipient]
    /// Whether nothing is left to adopt. After this request the vault never adopts anything again.
    package let isLast: Bool

    package init(sites: [Site], recipients: [Recipient], isLast: Bool) {
        self.sites = sites
        self.recipients = recipients
        self.isLast = isLast
    }

    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(clamping: sites.count))
        for site in sites { writer.write(site) }
        writer.write(UInt16(clamping: recipients.count))
        for recipient in recipients { writer.write(recipient) }
        writer.write(isLast)
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        sites = try reader.list(atMost: EnrolRequest.most) { reader throws(ByteFault) in try reader.site() }
        recipients = try reader.list(atMost: EnrolRequest.most) { reader throws(ByteFault) in try reader.recipient() }
        isLast = try reader.flag()
        try reader.end()
    }
}

/// The answer to an `AdoptionRequest`: the sites and recipients that the vault authorised, with their authorisations.
package struct Adoption: Equatable, Sendable {
    package let sites: [Site]
    package let recipients: [Recipient]

    package init(sites: [Site], recipients: [Recipient]) {
        self.sites = sites
        self.recipients = recipients
    }

    package var payload: [UInt8] { AdoptionRequest(sites: sites, recipients: recipients, isLast: false).payload }

    package init(payload: [UInt8]) throws(ByteFault) {
        let answer = try AdoptionRequest(payload: payload)
        self.init(sites: answer.sites, recipients: answer.recipients)
    }
}

/// One sealed record: the answer to `authorise`.
extension SealedRecord {
    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(self)
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 8_192)
        self = try reader.record()
        try reader.end()
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ name: AuthorisedName) {
        switch name {
        case .recipient(let handle, let site):
            write(site.text)
            write(handle.text as String?)
        case .site(let site):
            write(site.text)
            write(nil as String?)
        case .undo, .asked, .siteToken, .staff, .staffStep, .staffCode, .staffSignatures, .staffReveals, .staffChanges:
            // The vault keeps these itself and nobody sends them: a reader refuses the empty site.
            write("")
            write(nil as String?)
        }
    }
}

extension ByteReader {
    /// Reads a count, and then as many values.
    fileprivate mutating func list<Value>(
        atMost most: Int, _ read: (inout ByteReader) throws(ByteFault) -> Value
    ) throws(ByteFault) -> [Value] {
        let count = try number(UInt16.self)
        guard count <= most else { throw .tooLong }
        var values: [Value] = []
        for _ in 0..<count { values.append(try read(&self)) }
        return values
    }
}
