/// Where to report a hole in the service, as a URI (RFC 9116 §2.5.3).
package struct SecurityContact: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Nil unless it is an e-mail address, with or without `mailto:`, or a URL that begins with `https://`.
    package init?(_ text: String) {
        let visible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>\"".utf8.contains($0) }
        guard visible, text.utf8.count <= 1_000 else { return nil }
        if text.lowercased().hasPrefix("https://") {
            let host = text.dropFirst("https://".count).prefix { !"/?#".contains($0) }
            guard WebOrigin("https://\(host)") != nil else { return nil }
            description = text
        } else {
            let scheme = "mailto:"
            let address = text.lowercased().hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text
            guard let address = try? EmailAddress(address) else { return nil }
            description = "\(scheme)\(PercentCoding.encoded(address.local))@\(address.domain)"
        }
    }
}
