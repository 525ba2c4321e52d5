import PosternCore
import PosternSealing

/// libcurl sends CR, LF and `>` as they are: only this parser keeps them out of an SMTP dialogue.
enum AddressCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        guard let address = try? EmailAddress(bytes.text) else { return }
        try check(address)
    }

    /// What must be true of every address.
    static func check(_ address: EmailAddress) throws(Breach) {
        let text = address.text
        let forbidden = "<>()[]\\,;:\" "
        try hold(text.utf8.count <= 254, "an address has at most 254 octets")
        try hold(
            text.unicodeScalars.allSatisfy {
                !$0.isControl && !$0.isBidirectionalControl && !forbidden.unicodeScalars.contains($0)
            },
            "an address holds no control character, blank, bracket or quote")
        try hold(text.utf8.count { $0 == UInt8(ascii: "@") } == 1, "an address has one at sign")
        try hold(
            address.domain.utf8.allSatisfy { byte in
                "abcdefghijklmnopqrstuvwxyz0123456789.-".utf8.contains(byte)
            }, "a domain is lower-case ASCII")
        guard let again = try? EmailAddress(text) else { throw Breach(description: "an address reads its own text") }
        try hold(again.text.isSame(as: text), "an address stays the same when it is read again")
        try hold(
            PaddedAddress.address(in: PaddedAddress(address).bytes)?.text.isSame(as: text) == true, "an address survives its seal"
        )
    }
}
