/// Telephone numbers in a text, as people of many countries write them, and not the other numbers that people write: dates, prices,
/// ISBNs, numbers of photos.
enum PhoneMentions {
    /// Digits with what may stand between them.
    private struct Candidate {
        var range: Range<Int>
        /// As ASCII digits.
        var groups: [String] = []
        /// Before each group but the first.
        var gaps: [String] = []
        var hasPlus = false
        var hasBracket = false

        var digits: Int { groups.reduce(0) { $0 + $1.count } }
        var lengths: [Int] { groups.map(\.count) }
        var first: String { groups.first ?? "" }
    }

    static func ranges(in text: ScannedText) -> [Range<Int>] {
        var (ranges, position): ([Range<Int>], Int) = ([], 0)
        while position < text.scalars.count {
            guard let candidate = candidate(in: text.scalars, from: position) else {
                position += 1
                continue
            }
            position = candidate.range.upperBound
            if isPhone(candidate, in: text) { ranges.append(candidate.range) }
        }
        return ranges
    }

    // MARK: - Candidates

    private static let mostGroups = 12

    /// - Returns: nil where none begins.
    private static func candidate(in scalars: [Unicode.Scalar], from start: Int) -> Candidate? {
        guard digit(scalars[start]) != nil || scalars[start] == "+" || scalars[start] == "＋" || scalars[start] == "(" else {
            return nil
        }
        var candidate = Candidate(range: start..<start)
        var (position, gap): (Int, String) = (start, "")
        while position < scalars.count {
            let scalar = scalars[position]
            if digit(scalar) != nil {
                guard candidate.groups.count < mostGroups else { break }
                var group = ""
                while position < scalars.count, let digit = digit(scalars[position]) {
                    if group.count <= 40 { group.append(digit) }
                    position += 1
                }
                if !candidate.groups.isEmpty { candidate.gaps.append(gap) }
                candidate.groups.append(group)
                candidate.range = start..<position
                gap = ""
                continue
            }
            if scalar == "+" || scalar == "＋" {
                guard candidate.groups.isEmpty, !candidate.hasPlus else { break }
                candidate.hasPlus = true
            } else if scalar == "(" || scalar == ")" {
                candidate.hasBracket = true
            } else if !isSeparator(scalar) {
                break
            }
            if scalar != "+", scalar != "＋" { gap.unicodeScalars.append(scalar) }
            guard gap.unicodeScalars.count <= 3 else { break }
            position += 1
        }
        return candidate.groups.isEmpty ? nil : candidate
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Character? {
        if scalar.isASCII { return ("0"..."9").contains(scalar) ? Character(scalar) : nil }
        // Arabic, Persian, full-width and other decimal digits.
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else { return nil }
        return Character(String(Int(value)))
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\u{A0}", "\u{202F}", "\u{2009}", ".", "-", "/", "\u{2010}", "\u{2011}", "–", "·": true
        default: false
        }
    }

    // MARK: - Which of them are meant to be dialled

    private static func isPhone(_ candidate: Candidate, in text: ScannedText) -> Bool {
        let before = Surroundings(text, before: candidate.range.lowerBound)
        guard !before.isGlued, !isMoney(candidate, in: text) else { return false }
        let isCalled = before.words.contains { word in calls.contains { word.hasPrefix($0) } }
        if candidate.hasPlus { return (8...15).contains(candidate.digits) && !isDecimal(candidate) }
        guard !before.words.contains(where: { numbered.contains($0) }), !before.isNumbered else {
            return isCalled && !before.words.contains("isbn") && isDiallable(candidate)
        }
        guard !isDate(candidate), !isBook(candidate), !isDecimal(candidate) else { return false }
        return isCalled && candidate.digits >= 5 && isDiallable(candidate) || looksNational(candidate)
    }

    private static func isDiallable(_ candidate: Candidate) -> Bool { (5...17).contains(candidate.digits) && !isDate(candidate) }

    private static func looksNational(_ candidate: Candidate) -> Bool {
        let (digits, lengths, first) = (candidate.digits, candidate.lengths, candidate.first)
        if first.hasPrefix("00") { return (10...17).contains(digits) }
        if first.hasPrefix("0") { return (9...13).contains(digits) && (first.count > 1 || candidate.hasBracket) }
        // North America, with and without its 1.
        if lengths == [3, 3, 4] || (lengths == [1, 3, 3, 4] && first == "1") { return "2"..."9" ~= lastButTen(candidate) }
        guard !isThousands(candidate) else { return false }
        // Pairs (Norway, Denmark), threes (Spain, Poland), and what Italy does.
        if lengths == [2, 2, 2, 2] || lengths == [3, 2, 2, 2] { return true }
        if lengths == [3, 3, 3] { return "5"..."9" ~= first.prefix(1) }
        return (lengths == [3, 7] || lengths == [3, 6]) && first.hasPrefix("3") && candidate.gaps == [" "]
    }

    /// The first digit of an American number after its country code.
    private static func lastButTen(_ candidate: Candidate) -> Substring {
        candidate.groups.suffix(3).first?.prefix(1) ?? ""
    }

    /// Groups of three with the same point or apostrophe between them.
    private static func isThousands(_ candidate: Candidate) -> Bool {
        candidate.gaps.allSatisfy { $0 == "." } && candidate.lengths.dropFirst().allSatisfy { $0 == 3 }
            && candidate.gaps.count > 0
    }

    private static func isDecimal(_ candidate: Candidate) -> Bool {
        candidate.groups.count == 2 && candidate.gaps == ["."] && candidate.first.count <= 3
            && (candidate.groups.last?.count ?? 0) != 7
    }

    /// `12.10.2026`, `2026-10-12`, two of them with a dash between, or one with a time.
    private static func isDate(_ candidate: Candidate) -> Bool {
        guard candidate.groups.count >= 3 else {
            return candidate.groups.count == 2 && candidate.groups.allSatisfy { isYear($0) || $0.count <= 2 }
        }
        let numbers = candidate.groups.map { Int($0) ?? 0 }
        let lengths = candidate.lengths
        // With a year of two digits only alone: French numbers are pairs too.
        if lengths.count == 3, lengths.allSatisfy({ (1...2).contains($0) }) { return true }
        for place in 0...(lengths.count - 3) {
            let isSmall = { (index: Int, most: Int) in lengths[index] <= 2 && (1...most).contains(numbers[index]) }
            if isYear(candidate.groups[place]), isSmall(place + 1, 12), isSmall(place + 2, 31) { return true }
            if isSmall(place, 31), isSmall(place + 1, 31), isYear(candidate.groups[place + 2]) { return true }
        }
        return false
    }

    private static func isYear(_ group: String) -> Bool { group.count == 4 && (1_800...2_199).contains(Int(group) ?? 0) }

    /// An ISBN begins with 978 or 979, one from before 2007 with a single digit for its language; the last digit is a checksum.
    private static func isBook(_ candidate: Candidate) -> Bool {
        if candidate.digits == 13, candidate.first.hasPrefix("978") || candidate.first.hasPrefix("979") { return true }
        return candidate.first.count == 1 && !candidate.hasBracket && (9...10).contains(candidate.digits)
            && candidate.groups.count <= 4
            && candidate.lengths != [1, 3, 3, 3]
    }

    /// A sign of money before or after it, or a decimal comma.
    private static func isMoney(_ candidate: Candidate, in text: ScannedText) -> Bool {
        let scalars = text.scalars
        let (start, end) = (candidate.range.lowerBound, candidate.range.upperBound)
        func isSign(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .currencySymbol || scalar == "%" }
        if end + 1 < scalars.count, scalars[end] == "," || scalars[end] == ":", digit(scalars[end + 1]) != nil { return true }
        if start > 1, scalars[start - 1] == "," || scalars[start - 1] == ":", digit(scalars[start - 2]) != nil { return true }
        for place in [start - 1, start - 2, end, end + 1] where scalars.indices.contains(place) && isSign(scalars[place]) {
            return true
        }
        let after = scalars[end...].prefix(12).drop(while: ScannedText.isBlank).prefix(while: ScannedText.isWordPart)
        return units.contains(String(String.UnicodeScalarView(after)).lowercased())
    }

    private static let units: Set<String> = [
        "eur", "euro", "euros", "usd", "dollar", "dollars", "chf", "franken", "francs", "gbp", "pounds", "sar", "aed", "ريال",
        "درهم", "دولار",
        "px", "pixel", "pixels", "mb", "kb", "gb", "km", "m", "mm", "people", "visitors", "views",
    ]

    /// Beginnings of words that a number to dial comes after.
    private static let calls = [
        "tel", "tél", "phone", "fon", "mobil", "handy", "portable", "cell", "call", "ring", "fax", "whatsapp", "signal",
        "telegram", "sms",
        "anruf", "rufnummer", "ruf", "appel", "gsm", "هاتف", "جوال", "موبايل", "اتصل", "واتساب", "تلفون",
    ]

    /// Words that a number of something comes after.
    private static let numbered: Set<String> = [
        "isbn", "issn", "photo", "photos", "foto", "fotos", "bild", "bilder", "image", "images", "img", "picture", "cliché", "no",
        "nr", "nº",
        "n°", "nummer", "order", "bestellung", "rechnung", "invoice", "facture", "commande", "id", "صورة", "رقم", "الصورة",
    ]

    /// What stands before a number.
    private struct Surroundings {
        /// It is the end of a word, or of a longer number.
        let isGlued: Bool
        let isNumbered: Bool
        /// The three before it on the same line, in lower case.
        let words: [String]

        init(_ text: ScannedText, before position: Int) {
            let scalars = text.scalars
            let previous = position > 0 ? scalars[position - 1] : " "
            isGlued = ScannedText.isWordPart(previous) || previous == "_"
            isNumbered = previous == "#"
            var (start, blanks) = (position, 0)
            while start > 0, position - start < 48, scalars[start - 1] != "\n" {
                if ScannedText.isBlank(scalars[start - 1]) {
                    blanks += 1
                    if blanks > 3 { break }
                }
                start -= 1
            }
            words = String(String.UnicodeScalarView(scalars[start..<position])).lowercased()
                .split { !$0.isLetter && $0 != "°" && $0 != "º" }.map(String.init)
        }
    }
}
