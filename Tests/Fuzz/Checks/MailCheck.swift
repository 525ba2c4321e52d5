import PosternMail

/// A mail as strangers may send it.
enum MailCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        try checkParts(bytes)
        let view = MailView(source: bytes)
        let text = bytes.text
        try hold(view.fields.count <= bytes.count, "a field takes at least a byte")
        let values = view.fields.map(\.value) + [view.subject ?? "", view.from, view.to]
        try hold(
            !values.contains { $0.unicodeScalars.contains { $0.isControl } },
            "a field's value is one line without control characters")
        // Transfer encodings make nothing longer, except by what replaces octets that cannot be read.
        try hold((view.plain?.utf8.count ?? 0) <= 3 * bytes.count, "a text is no longer than its mail")
        try hold((view.html?.utf8.count ?? 0) <= 3 * bytes.count, "a page is no longer than its mail")
        var defects: Set<MailDefect> = []
        let decoded = EncodedWord.decoded(text, defects: &defects)
        try hold(decoded.utf8.count <= 3 * max(text.utf8.count, 1), "decoding adds nothing")
    }

    /// With limits so narrow that inputs reach them.
    private static func checkParts(_ bytes: [UInt8]) throws(Breach) {
        var limits = MailLimits()
        limits.octets = 32_768
        limits.headerOctets = 512
        limits.fields = 8
        limits.parts = 8
        limits.depth = 3
        guard let mail = try? ParsedMail(bytes, limits: limits) else { return }
        try hold(bytes.count <= limits.octets, "a mail is no larger than its limit")
        var parts = 0
        try check(mail.root, depth: 0, limits, &parts)
    }

    private static func check(_ part: MailPart, depth: Int, _ limits: MailLimits, _ parts: inout Int) throws(Breach) {
        parts += 1
        try hold(parts <= limits.parts, "a mail has no more parts than its limit")
        try hold(depth <= limits.depth, "parts are nested no deeper than their limit")
        try hold(part.header.fields.count <= limits.fields, "a header has no more fields than its limit")
        for field in part.header.fields {
            try hold(
                !field.name.isEmpty && field.name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A },
                "a field's name is printable ASCII")
            try hold(!field.value.unicodeScalars.contains { $0.isControl }, "a field's value is one line")
            try hold(field.value.utf8.count <= 3 * limits.headerOctets, "a field is no longer than its header may be")
        }
        for inner in part.parts {
            let isInside = inner.body.startIndex >= part.body.startIndex && inner.body.endIndex <= part.body.endIndex
            try hold(isInside, "a part lies within the part around it")
            try check(inner, depth: depth + 1, limits, &parts)
        }
    }
}
