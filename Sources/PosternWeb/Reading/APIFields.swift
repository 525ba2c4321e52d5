internal import HTTPTypes

/// What every post to the API says of itself in its header fields.
extension HTTPFields {
    /// - Throws: unless the body is declared as JSON in UTF-8.
    func checkJSON() throws(RequestFault) {
        // Nearly every program sends exactly this, which needs no parser.
        if self[.contentType] == "application/json", !contains(.contentEncoding) { return }
        let type = PostedType(self)
        guard type.mediaType == "application/json" else { throw RequestFault(.unsupportedMediaType) }
        guard ["utf-8", "utf8"].contains(type.charset ?? "utf-8") else { throw RequestFault(.unsupportedCharset) }
        guard !type.isEncoded else { throw RequestFault(.unsupportedEncoding) }
    }

    /// The IETF's draft makes the field a quoted string; most programs send it bare. Both mean the same key.
    func readIdempotencyKey() throws(RequestFault) -> String? {
        guard contains(.idempotencyKey) else { return nil }
        let values = self[values: .idempotencyKey]
        guard values.count == 1, var key = values.first?[...] else { throw RequestFault(.invalidIdempotencyKey) }
        if key.count >= 2, key.first == "\"", key.last == "\"" { key = key.dropFirst().dropLast() }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw RequestFault(.invalidIdempotencyKey)
        }
        return String(key)
    }

    /// The token of `Authorization: Bearer …` (RFC 6750 §2.1). Nil when there is none.
    var bearerToken: String? {
        let values = self[values: .authorization]
        guard values.count == 1, let parts = values.first?.split(separator: " ", omittingEmptySubsequences: true),
            parts.count == 2, parts[0].lowercased() == "bearer"
        else { return nil }
        return String(parts[1])
    }
}
