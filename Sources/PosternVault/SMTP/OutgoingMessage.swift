package import PosternCore

/// What a lane carries: one letter as composed, for one recipient.
package struct OutgoingMessage: Sendable {
    /// The envelope sender, ours: random per letter, at the domain the mail is from.
    package let sender: String
    package let recipient: EmailAddress
    /// Headers and text, CRLF line ends only. Dots at the beginning of lines are doubled on the way, not here.
    package let bytes: [UInt8]
    /// Only a server that offers SMTPUTF8 may get it. libcurl announces SMTPUTF8 after MAIL only if an envelope address
    /// needs it, so that the composer puts no UTF-8 address into the headers of a letter whose envelope is ASCII.
    package let needsSMTPUTF8: Bool

    /// The visitor's address, where the letter shows it: a server's answer may name it.
    package let shown: EmailAddress?

    package init(
        sender: String, recipient: EmailAddress, bytes: [UInt8], needsSMTPUTF8: Bool = false, shown: EmailAddress? = nil
    ) {
        (self.sender, self.recipient, self.bytes, self.shown) = (sender, recipient, bytes, shown)
        self.needsSMTPUTF8 = needsSMTPUTF8 || recipient.needsSMTPUTF8
    }

    /// A mistake of ours that must not reach the wire, as a sentence; nil when there is none.
    ///
    /// libcurl sends CR, LF and `>` in an address as they are, and a bare LF in the text: with either, what one server
    /// takes for text another takes for commands.
    var fault: String? {
        guard let sender = try? EmailAddress(sender), sender.text == self.sender.lowercasedDomain, !sender.needsSMTPUTF8 else {
            return "the envelope sender is not a plain address"
        }
        guard !bytes.isEmpty else { return "the letter is empty" }
        guard bytes.hasOnlyCRLF else { return "the letter has a line end other than CRLF" }
        return bytes.holdsNUL ? "the letter holds a NUL" : nil
    }
}

// Gone through to the end, since the compiler vectorises no loop that may end early: one that did took 2 % of a machine that
// did nothing but deliver, by perf.
extension [UInt8] {
    /// Whether a line feed stands behind each carriage return and nowhere else.
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
    /// As `EmailAddress` writes it, to find out whether it is the same text and nothing was trimmed.
    fileprivate var lowercasedDomain: String {
        guard let at = lastIndex(of: "@") else { return self }
        return self[..<at] + self[at...].lowercased()
    }
}

/// The recipient is personal: whatever prints a message by accident prints this.
extension OutgoingMessage: CustomStringConvertible, CustomReflectable {
    package var description: String { "‹message of \(bytes.count) bytes›" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
