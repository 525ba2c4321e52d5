import PosternCore

/// One-line fields go into mail headers; the message goes into the mail and onto staff's screens.
enum TextCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let (choice, rest) = bytes.choiceAndRest
        let limits = [Letter.Limit.name, Letter.Limit.subject, Letter.Limit.about, SiteLook.introductionLimit]
        if choice & 4 == 0 {
            let limit = limits[Int(choice & 3)]
            if let line = try? HeaderText(rest.text, limit: limit) { try check(line, limit: limit) }
        } else if let text = try? LetterText(rest.text, limit: Letter.Limit.message) {
            try check(text, limit: Letter.Limit.message)
        }
    }

    static func check(_ line: HeaderText, limit: Int) throws(Breach) {
        let scalars = line.text.unicodeScalars
        try hold(!scalars.contains { $0.isControl }, "a line of text holds no control character and no line break")
        try hold(!scalars.contains { $0.isBidirectionalControl }, "a line of text holds nothing that reorders it")
        try hold((1...limit).contains(scalars.count), "a line of text is within its limit and not empty")
        try check(scalars)
        let again = try? HeaderText(line.text, limit: limit)
        try hold(again?.text.isSame(as: line.text) == true, "a line of text stays the same when it is read again")
    }

    static func check(_ message: LetterText, limit: Int) throws(Breach) {
        let scalars = message.text.unicodeScalars
        try hold(
            !scalars.contains { $0.isControl && $0 != "\n" && $0 != "\t" }, "a message holds no control character but LF and TAB")
        try hold(!scalars.contains { $0.isBidirectionalControl }, "a message holds nothing that reorders it")
        try hold((1...limit).contains(scalars.count), "a message is within its limit and not empty")
        try check(scalars)
        let again = try? LetterText(message.text, limit: limit)
        try hold(again?.text.isSame(as: message.text) == true, "a message stays the same when it is read again")
    }

    /// What is invisible stands only where it means something, and folding ends with a text of UTF-8.
    private static func check(_ scalars: String.UnicodeScalarView) throws(Breach) {
        var previous: Unicode.Scalar = " "
        for scalar in scalars {
            switch scalar.value {
            case 0xE0000...0xE007F:
                try hold(previous == "🏴" || (0xE0020...0xE007F).contains(previous.value), "a tag follows its flag")
            case 0xE0100...0xE01EF:
                try hold(previous.properties.isUnifiedIdeograph, "an ideographic selector follows its ideograph")
            case 0xFE0E, 0xFE0F: try hold(previous.properties.isEmoji, "an emoji selector follows its emoji")
            case 0x200B...0x200D:
                try hold(previous.value > 0x7F || scalar == "\u{200D}", "nothing is joined or parted after ASCII")
            case 0xAD, 0x2060...0x2064, 0xFEFF, 0x3164, 0xFFFC:
                throw Breach(description: "what is invisible everywhere is dropped")
            default: break
            }
            previous = scalar
        }
        let folded = FoldedText(String(scalars))
        try hold(folded.text.utf8.elementsEqual(folded.bytes), "a folded text is UTF-8")
    }
}
