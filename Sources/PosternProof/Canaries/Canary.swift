/// A made-up value in place of a secret: wherever it turns up, the secret would have turned up.
package struct Canary: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case recipientAddress = "recipient's address"
        case visitorAddress = "visitor's address"
        case clientAddress = "client address"
        case letterText = "letter's text"
    }

    /// Counts from 1 over all kinds. A finding names this number instead of the value.
    package let number: Int
    package let kind: Kind
    /// As a person types it.
    package let text: String
    /// For an address whose domain is not ASCII: as SMTP carries it. Nil for everything else.
    package let ascii: String?

    package init(number: Int, kind: Kind, text: String, ascii: String? = nil) {
        (self.number, self.kind, self.text, self.ascii) = (number, kind, text, ascii == text ? nil : ascii)
    }

    /// As our program stores it.
    package var stored: String { ascii ?? text }
}
