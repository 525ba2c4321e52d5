package import PosternCore

extension DeliveryJob {
    package var payload: [UInt8] {
        var writer = ByteWriter(capacity: letter.count + record.seal.count + 512)
        writer.write(id)
        writer.write(Int32(clamping: attempt))
        writer.write(kind.rawValue)
        writer.write(accepted.milliseconds)
        writer.write(released != nil)
        if let released { writer.write(released.milliseconds) }
        writer.write(tokens.messageID)
        writer.write(tokens.envelope)
        writer.write(site)
        writer.write(recipient)
        writer.write(handle.text)
        writer.write(recipientName.text)
        writer.write(language.description)
        writer.write(record)
        writer.write(letter)
        writer.write(conversation != nil)
        if let conversation { writer.write(conversation) }
        writer.write(UInt16(clamping: mutes.count))
        for mute in mutes.prefix(Int(UInt16.max)) { writer.write(mute) }
        writer.write(change != nil)
        if let change { writer.write(change) }
        writer.write(isTextOnly)
        writer.write(isFirst)
        writer.write(isOverMutedConnection)
        return writer.bytes
    }

    /// - Throws: `ByteFault` when a field has a value that its type does not allow.
    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 128 * 1_024)
        let id: LetterID = try reader.identifier()
        let attempt = try reader.number(Int32.self)
        let kind = try reader.value { DeliveryKind(rawValue: $0) }
        let accepted = try reader.moment()
        let released = try reader.flag() ? try reader.moment() : nil
        let tokens = MailTokens(
            messageID: try reader.value { Identifier<MailTokens>($0)?.description },
            envelope: try reader.value { Identifier<MailTokens>($0)?.description })
        let site = try reader.site()
        let recipient: RecipientID = try reader.identifier()
        let (handle, name, language) = (try reader.handle(), try reader.name(), try reader.language())
        let (record, letter) = (try reader.record(), try reader.part())
        let conversation = try reader.flag() ? try reader.conversation() : nil
        let mutes = try reader.parts()
        let change: AddressChangeID? = try reader.flag() ? try reader.identifier() : nil
        self.init(
            id: id, attempt: Int(attempt), kind: kind, accepted: accepted, released: released, tokens: tokens, site: site,
            recipient: recipient, handle: handle, recipientName: name, language: language, record: record, letter: letter,
            conversation: conversation, change: change, isTextOnly: try reader.flag(), isFirst: try reader.flag(), mutes: mutes,
            isOverMutedConnection: try reader.flag())
        try reader.end()
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ conversation: DeliveryJob.Conversation) {
        write(conversation.id)
        write(conversation.began.milliseconds)
        write(conversation.letter)
        write(conversation.author.rawValue)
        write(conversation.reply)
        write(conversation.replied.milliseconds)
        write(UInt16(clamping: conversation.earlier.count))
        for token in conversation.earlier.prefix(Int(UInt16.max)) { write(token) }
        write(conversation.proof ?? [])
    }

    mutating func write(_ record: SealedRecord) {
        write(record.version)
        write(record.seal)
        write(record.authorisation)
    }

    mutating func write(_ recipient: Recipient) {
        write(recipient.id)
        write(recipient.site.text)
        write(recipient.handle.text)
        write(recipient.name.text)
        write(recipient.language.description)
        write(recipient.state.rawValue)
        write(recipient.record != nil)
        if let record = recipient.record { write(record) }
    }

    /// Writes a site without its appearance (`Site.look`).
    mutating func write(_ site: Site) {
        write(site.id.text)
        write(site.name.text)
        write(site.origins)
        write(site.authorisation != nil)
        if let authorisation = site.authorisation { write(authorisation) }
    }

    mutating func write(_ origins: [WebOrigin]) {
        write(UInt8(clamping: origins.count))
        for origin in origins.prefix(255) { write(origin.description) }
    }

    mutating func write(_ authorisation: SiteAuthorisation) {
        write(authorisation.version)
        write(authorisation.code)
    }
}

extension ByteReader {
    mutating func value<Value>(_ parse: (String) -> Value?) throws(ByteFault) -> Value {
        guard let value = parse(try text()) else { throw .badValue }
        return value
    }

    /// Reads a moment; zero stands for nil.
    mutating func optionalMoment() throws(ByteFault) -> Timestamp? {
        let moment = try moment()
        return moment.milliseconds == 0 ? nil : moment
    }

    /// A moment in the years 1970 to 9999: a mail's date can show it, and a span can be added to it.
    mutating func moment() throws(ByteFault) -> Timestamp {
        let milliseconds = try number(Int64.self)
        guard (0...253_402_300_799_999).contains(milliseconds) else { throw .badValue }
        return Timestamp(milliseconds: milliseconds)
    }

    fileprivate mutating func conversation() throws(ByteFault) -> DeliveryJob.Conversation {
        let (id, began, letter): (LetterID, Timestamp, [UInt8]) = (try identifier(), try moment(), try part())
        let author = try value { Party(rawValue: $0) }
        let (reply, replied): (LetterID, Timestamp) = (try identifier(), try moment())
        var earlier: [String] = []
        for _ in 0..<(try number(UInt16.self)) {
            earlier.append(try value { Identifier<MailTokens>($0)?.description })
        }
        let proof = try part()
        return DeliveryJob.Conversation(
            id: id, began: began, letter: letter, author: author, reply: reply, replied: replied, earlier: earlier,
            proof: proof.isEmpty ? nil : proof)
    }

    fileprivate mutating func parts() throws(ByteFault) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        for _ in 0..<(try number(UInt16.self)) { parts.append(try part()) }
        return parts
    }

    mutating func siteID() throws(ByteFault) -> SiteID { try value { try? SiteID($0) } }
    mutating func handle() throws(ByteFault) -> Handle { try value { try? Handle($0) } }
    mutating func name() throws(ByteFault) -> HeaderText { try value { HeaderText(stored: $0, limit: Letter.Limit.name) } }

    mutating func record() throws(ByteFault) -> SealedRecord {
        SealedRecord(version: try number(), seal: try part(), authorisation: try part())
    }

    mutating func recipient() throws(ByteFault) -> Recipient {
        Recipient(
            id: try identifier(), site: try siteID(), handle: try handle(), name: try name(), language: try language(),
            state: try value { Recipient.State(rawValue: $0) }, record: try flag() ? try record() : nil)
    }

    mutating func language() throws(ByteFault) -> Language { try value { Language($0) } }

    mutating func site() throws(ByteFault) -> Site {
        Site(
            id: try siteID(), name: try name(), origins: try origins(),
            authorisation: try flag() ? try siteAuthorisation() : nil)
    }

    mutating func origins() throws(ByteFault) -> [WebOrigin] {
        var origins: [WebOrigin] = []
        for _ in 0..<(try number(UInt8.self)) { origins.append(try value { WebOrigin($0) }) }
        return origins
    }

    mutating func siteAuthorisation() throws(ByteFault) -> SiteAuthorisation {
        SiteAuthorisation(version: try number(), code: try part())
    }
}

/// The answer to `deliver`.
extension Outcome {
    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(kind.rawValue)
        writer.write(health.rawValue)
        writer.write(cause?.rawValue)
        writer.write(diagnosis.stage.rawValue)
        writer.write(UInt16(clamping: diagnosis.code ?? 0))
        writer.write(diagnosis.enhanced)
        writer.write(diagnosis.text)
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 4_096)
        let kind = try reader.value { Kind(rawValue: $0) }
        let health = try reader.value { SmarthostHealth(rawValue: $0) }
        let cause = try reader.flag() ? try reader.value { Cause(rawValue: $0) } : nil
        let stage = try reader.value { DeliveryStage(rawValue: $0) }
        let code = Int(try reader.number(UInt16.self))
        let (enhanced, text) = (try reader.optionalText(), try reader.text())
        try reader.end()
        self.init(
            kind, health: health, cause: cause,
            diagnosis: Diagnosis(stage: stage, code: code == 0 ? nil : code, enhanced: enhanced, text: text))
    }
}
