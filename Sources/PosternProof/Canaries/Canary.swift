/// A made-up value that stands for a secret: wherever it turns up, the secret would have.
package struct Canary: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case recipientAddress = "recipient's address"
        case visitorAddress = "visitor's address"
        case clientAddress = "client address"
        case letterText = "letter's text"
    }

    /// Counts from 1 over all kinds: what a finding names instead of the value.
    package let number: Int
    package let kind: Kind
    /// As a person types it.
    package let text: String
    /// An address whose domain has letters beyond ASCII, as SMTP carries it; nil for everything else.
    package let ascii: String?

    package init(number: Int, kind: Kind, text: String, ascii: String? = nil) {
        (self.number, self.kind, self.text, self.ascii) = (number, kind, text, ascii == text ? nil : ascii)
    }

    /// As our program holds it.
    package var stored: String { ascii ?? text }
}
