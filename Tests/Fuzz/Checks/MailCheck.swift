import PosternWeb

/// A mail as the demo mailbox shows it.
enum MailCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let view = MailView(source: bytes)
        let text = bytes.text
        try hold(view.fields.count <= bytes.count, "a field takes at least a byte")
        // Decoding makes nothing longer, except by what replaces unreadable bytes.
        try hold((view.plain?.utf8.count ?? 0) <= 3 * bytes.count, "a text is no longer than its mail")
        try hold((view.html?.utf8.count ?? 0) <= 3 * bytes.count, "a page is no longer than its mail")
        try hold(EncodedWord.decoded(text).utf8.count <= 3 * max(text.utf8.count, 1), "decoding adds nothing")
    }
}
