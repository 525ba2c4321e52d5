extension ClientAddress {
    /// Reads `192.0.2.1` or `2001:db8::1`, without port, brackets or zone. Nil for anything else.
    package init?(text: some StringProtocol) {
        guard let bytes = IPv4Text.bytes(text) ?? IPv6Text.bytes(text) else { return nil }
        self.init(bytes: bytes)
    }
}
