import PosternWeb

/// What a client says to the demo mailbox. It means the same in whatever pieces it arrives.
enum MailboxCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        var whole = MailboxDialogue()
        let outputs = whole.receive(bytes)
        for output in outputs {
            switch output {
            case .reply(let reply):
                try hold(!reply.unicodeScalars.contains { $0.isControl }, "a reply is one line")
                try hold(reply.utf8.count <= 512, "a reply is short")
            case .letter(let envelope, let source):
                try hold(!envelope.recipients.isEmpty, "a letter is for somebody")
                try hold(source.count <= MailboxDialogue.letterLimitKiB * 1_024, "a letter is within its bounds")
                let isBare = source.indices.contains { index in
                    source[index] == 0x0A && (index == 0 || source[index - 1] != 0x0D)
                }
                try hold(!isBare, "no line of a letter that was taken ends in a bare LF")
            case .close: break
            }
        }
        guard bytes.count < 8_192 else { return }
        var parted = MailboxDialogue()
        var others: [MailboxDialogue.Output] = []
        for start in stride(from: 0, to: bytes.count, by: 5) where others.last != .close {
            others += parted.receive(bytes[start..<min(start + 5, bytes.count)])
        }
        try hold(others == outputs, "the pieces do not matter")
    }
}
