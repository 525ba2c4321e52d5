package import PosternCore

/// The answer to `deliver`.
extension Outcome {
    package var payload: [UInt8] {
        var writer = ByteWriter()
        writer.write(kind.rawValue)
        writer.write(health.rawValue)
        writer.write(evidence.stage.rawValue)
        writer.write(UInt16(clamping: evidence.code ?? 0))
        writer.write(evidence.enhanced)
        writer.write(evidence.text)
        return writer.bytes
    }

    package init(payload: [UInt8]) throws(ByteFault) {
        var reader = ByteReader(payload, limit: 4_096)
        let kind = try reader.value { Kind(rawValue: $0) }
        let health = try reader.value { SmarthostHealth(rawValue: $0) }
        let stage = try reader.value { DeliveryStage(rawValue: $0) }
        let code = Int(try reader.number(UInt16.self))
        let (enhanced, text) = (try reader.optionalText(), try reader.text())
        try reader.end()
        self.init(
            kind, health: health, evidence: Evidence(stage: stage, code: code == 0 ? nil : code, enhanced: enhanced, text: text))
    }
}
