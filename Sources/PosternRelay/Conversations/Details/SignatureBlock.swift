/// The end of a text that a mail program puts there, or a person used to one: name, trade, numbers.
enum SignatureBlock {
    static func range(in text: ScannedText) -> Range<Int>? {
        let lines = text.lines
        let contents = lines.indices.filter { !Self.content(lines[$0], of: text).isEmpty }
        guard let last = contents.last else { return nil }
        // RFC 3676 §4.3: "-- ", whose blank gets lost. Dashes also part paragraphs, so that little may come after them.
        if let mark = lines.indices.last(where: { isMark(text.scalars[lines[$0]]) }) {
            let after = contents.filter { $0 > mark }
            if let first = after.first, after.count <= longest { return lines[first].lowerBound..<lines[last].upperBound }
        }
        // A name after "Kind regards" is no secret: the mail has it too. What comes after the name may be.
        guard let close = contents.suffix(longest + 1).last(where: { isClosing(content(lines[$0], of: text)) }) else {
            return nil
        }
        let after = contents.filter { $0 > close }
        let isPostscript = after.contains { index in
            let start = content(lines[index], of: text).prefix(4).lowercased()
            return ["ps", "p.s.", "nb"].contains { start.hasPrefix($0) }
        }
        let isShort = after.allSatisfy { lines[$0].count <= widest }
        guard after.count >= 2, isShort, !isPostscript, let first = after.first else { return nil }
        return lines[first].lowerBound..<lines[last].upperBound
    }

    /// In lines, and in characters.
    private static let (longest, widest) = (12, 80)

    private static func isMark(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        let marks = line.filter { !ScannedText.isBlank($0) }
        return (2...5).contains(marks.count) && marks.allSatisfy { $0 == "-" || $0 == "_" || $0 == "–" || $0 == "—" }
    }

    private static func content(_ line: Range<Int>, of text: ScannedText) -> String {
        guard line.count <= 200 else { return "…" }
        let kept = text.scalars[line].filter { ScannedText.isWordPart($0) || $0 == " " || $0 == "." }
        return String(String.UnicodeScalarView(kept)).split(separator: " ").joined(separator: " ").lowercased()
    }

    private static func isClosing(_ line: String) -> Bool {
        // "Viele Grüße aus Köln" is one, a sentence that begins so is not.
        closings.contains { line == $0 || (line.hasPrefix($0 + " ") && line.count <= $0.count + 20) }
    }

    private static let closings = [
        "best", "best wishes", "best regards", "kind regards", "warm regards", "regards", "cheers", "sincerely", "yours",
        "yours sincerely",
        "yours faithfully", "all the best", "many thanks", "mit freundlichen grüßen", "mit freundlichem gruß",
        "mit freundlichen grüssen",
        "freundliche grüße", "freundliche grüsse", "viele grüße", "viele grüsse", "liebe grüße", "beste grüße", "herzliche grüße",
        "schöne grüße", "gruß", "grüße", "mfg", "lg", "vg", "hochachtungsvoll", "cordialement", "bien cordialement",
        "bien à vous",
        "amicalement", "salutations", "meilleures salutations", "sincères salutations", "bonne journée", "مع التحية",
        "مع خالص التحية",
        "مع أطيب التحيات", "تحياتي", "أطيب التحيات", "وتفضلوا بقبول", "مع الشكر",
    ]
}
