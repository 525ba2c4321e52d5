package import PosternCore
package import PosternMail

/// What a lane sends: one mail for one recipient.
package struct OutgoingMessage: Sendable {
    /// Not dot-stuffed yet: libcurl doubles the dots (RFC 5321 §4.5.2).
    package let mail: ComposedMail
    package let recipient: EmailAddress
    /// The visitor's address, where the letter shows it: a server's answer may name it.
    package let shown: EmailAddress?

    package init(mail: ComposedMail, recipient: EmailAddress, shown: EmailAddress? = nil) {
        self.mail = mail
        self.recipient = recipient
        self.shown = shown
    }

    /// Only a server that offers SMTPUTF8 may get it. libcurl announces SMTPUTF8 after MAIL only if an envelope address needs it,
    /// so the composer puts no UTF-8 address into the headers of a letter whose envelope is ASCII.
    var needsSMTPUTF8: Bool { mail.needsSMTPUTF8 || recipient.needsSMTPUTF8 }

    /// A mistake of ours that must not reach the wire, as a sentence; nil when there is none.
    ///
    /// libcurl sends CR, LF and `>` in an address as they are, and a bare LF in the text. With either, one server's text is another
    /// server's commands.
    var fault: String? {
        let sender = mail.envelopeSender
        guard let read = try? EmailAddress(sender), read.text == sender.lowercasedDomain, !read.needsSMTPUTF8 else {
            return "the envelope sender is not a plain address"
        }
        guard !mail.bytes.isEmpty else { return "the letter is empty" }
        guard mail.bytes.hasOnlyCRLF else { return "the letter has a line end other than CRLF" }
        return mail.bytes.holdsNUL ? "the letter holds a NUL" : nil
    }
}

// These loops read to the end, since the compiler does not vectorise a loop that may end early. Such a loop took 2 % of the CPU
// under full delivery load, by perf.
extension [UInt8] {
    /// Whether every CR is followed by LF, and every LF follows a CR.
    fileprivate var hasOnlyCRLF: Bool {
        withUnsafeBufferPointer { text in
            guard let first = text.first, let last = text.last, first != 0x0A, last != 0x0D else { return isEmpty }
            var isOdd: UInt8 = 0
            for place in 1..<text.count {
                isOdd |= (text[place] == 0x0A ? 1 : 0) ^ (text[place - 1] == 0x0D ? 1 : 0)
            }
            return isOdd == 0
        }
    }

    fileprivate var holdsNUL: Bool {
        reduce(0 as UInt8) { $0 | ($1 == 0 ? 1 : 0) } != 0
    }
}

extension String {
    /// As `EmailAddress` writes it, to see whether it is the same text and nothing was trimmed.
    fileprivate var lowercasedDomain: String {
        guard let at = lastIndex(of: "@") else { return self }
        return self[..<at] + self[at...].lowercased()
    }
}

/// The recipient is personal: anything that prints a message by accident prints this.
extension OutgoingMessage: CustomStringConvertible, CustomReflectable {
    package var description: String { "‹message of \(mail.bytes.count) bytes›" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
