package import PosternCore

extension DeliveryJob: LinkPayload {
    package static var longestPart: Int { 128 * 1_024 }

    package func write(to writer: inout ByteWriter) {
        writer.write(id)
        writer.write(Int32(clamping: attempt))
        writer.write(kind.rawValue)
        writer.write(accepted.milliseconds)
        writer.write(tokens.messageID)
        writer.write(tokens.envelope)
        writer.write(site.id.text)
        writer.write(site.name.text)
        writer.write(UInt8(clamping: site.origins.count))
        for origin in site.origins.prefix(255) { writer.write(origin.description) }
        writer.write(recipient)
        writer.write(handle.text)
        writer.write(recipientName.text)
        writer.write(language.description)
        record.write(to: &writer)
        writer.write(letter)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let (id, attempt): (LetterID, _) = (try reader.identifier(), try reader.number(Int32.self))
        let kind = try reader.value { DeliveryKind(rawValue: $0) }
        let accepted = try reader.moment()
        let tokens = MailTokens(
            messageID: try reader.value { Identifier<MailTokens>($0)?.description },
            envelope: try reader.value { Identifier<MailTokens>($0)?.description })
        let (siteID, siteName) = (try reader.siteID(), try reader.name())
        var origins: [WebOrigin] = []
        for _ in 0..<(try reader.number(UInt8.self)) { origins.append(try reader.value { WebOrigin($0) }) }
        self.init(
            id: id, attempt: Int(attempt), kind: kind, accepted: accepted, tokens: tokens,
            site: Site(id: siteID, name: siteName, origins: origins), recipient: try reader.identifier(),
            handle: try reader.handle(), recipientName: try reader.name(), language: try reader.value { Language($0) },
            record: try SealedRecord(from: &reader), letter: try reader.part())
    }
}

extension SealedRecord: LinkPayload {
    package func write(to writer: inout ByteWriter) {
        writer.write(version)
        writer.write(seal)
        writer.write(authorisation)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(version: try reader.number(), seal: try reader.part(), authorisation: try reader.part())
    }
}

/// The answer to `deliver`.
extension Outcome: LinkPayload {
    package func write(to writer: inout ByteWriter) {
        writer.write(kind.rawValue)
        writer.write(health.rawValue)
        writer.write(diagnosis.stage.rawValue)
        writer.write(UInt16(clamping: diagnosis.code ?? 0))
        writer.write(diagnosis.enhanced)
        writer.write(diagnosis.text)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        let kind = try reader.value { Kind(rawValue: $0) }
        let health = try reader.value { SmarthostHealth(rawValue: $0) }
        let stage = try reader.value { DeliveryStage(rawValue: $0) }
        let code = Int(try reader.number(UInt16.self))
        let (enhanced, text) = (try reader.optionalText(), try reader.text())
        self.init(
            kind, health: health, diagnosis: Diagnosis(stage: stage, code: code == 0 ? nil : code, enhanced: enhanced, text: text)
        )
    }
}
