internal import PosternCore

/// The beginning of a letter or a reply, for the line that lists show beside the subject.
enum Preheader {
    /// Lists show about a hundred characters; the rest of the mail would follow in a shorter one.
    static func of(_ text: String) -> String {
        var beginning = String(text.unicodeScalars.prefix(400))
        var octets: [UInt8] = []
        beginning.withUTF8 { beginning in
            beginning.forEachWord(between: { $0 == 0x0A || $0 == 0x09 || $0 == 0x20 }) { word in
                if !octets.isEmpty { octets.append(0x20) }
                octets.append(contentsOf: word)
            }
        }
        // Cut between Characters, which are expensive to count; in most letters every octet is one.
        guard octets.allSatisfy({ $0 < 0x80 }) else { return String(String(decoding: octets, as: UTF8.self).prefix(140)) }
        return String(decoding: octets.prefix(140), as: UTF8.self)
    }
}

extension EmailAddress {
    /// RFC 6068 §2; everything that is not unreserved is percent-encoded, so that no `?` or `%` in a local part adds a field.
    var mailto: String { "mailto:\(PercentCoding.encoded(local))@\(domain)" }
}
