/// Where somebody lives, as it is written in English, German, French and Arabic: a street and a number.
enum StreetMentions {
    static func ranges(in text: ScannedText) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for index in text.words.indices {
            guard
                let found = german(index, text) ?? english(index, text) ?? french(index, text) ?? arabic(index, text)
                    ?? box(index, text)
            else { continue }
            if ranges.last?.overlaps(found) != true { ranges.append(found) }
        }
        return ranges
    }

    /// `12`, `12a`, `221B`, `5-7`; of four digits only where a street's number has that many (America).
    private static func isNumber(_ word: String, digits: ClosedRange<Int> = 1...3) -> Bool {
        let (head, tail) = (word.prefix { $0.isNumber }, word.drop { $0.isNumber })
        guard digits.contains(head.count) else { return false }
        if tail.first == "-" || tail.first == "/" {
            return tail.count <= 4 && tail.dropFirst().allSatisfy { $0.isNumber || $0.isLetter }
        }
        return tail.isEmpty || (tail.count == 1 && tail.allSatisfy(\.isLetter))
    }

    // MARK: - Hauptstraße 12, Berliner Platz 3

    private static let germanEnds = [
        "straße", "strasse", "str", "gasse", "allee", "weg", "platz", "damm", "ufer", "chaussee", "promenade", "ring",
    ]

    private static func german(_ index: Int, _ text: ScannedText) -> Range<Int>? {
        let words = text.words
        guard index + 1 < words.count, isNumber(words[index + 1].text), isNear(words[index], words[index + 1], in: text) else {
            return nil
        }
        let name = words[index].text
        guard let end = germanEnds.first(where: name.hasSuffix) else { return nil }
        let own = name.dropLast(end.count)
        if own.count >= 3, words[index].isCapitalised { return words[index].range.lowerBound..<words[index + 1].range.upperBound }
        // "Auf Platz 1" is no address, "Berliner Platz 1" is.
        guard own.isEmpty, words[index].isCapitalised, index > 0, words[index - 1].isCapitalised, words[index].follows,
            words[index - 1].text.count >= 4, end.hasPrefix("str") || words[index - 1].text.hasSuffix("er")
        else { return nil }
        return words[index - 1].range.lowerBound..<words[index + 1].range.upperBound
    }

    // MARK: - 221B Baker Street

    private static let englishEnds: Set<String> = [
        "street", "st", "road", "rd", "avenue", "ave", "lane", "ln", "drive", "boulevard", "blvd", "court", "square", "terrace",
        "close",
        "crescent", "way", "place", "highway", "parkway", "gardens", "mews", "grove", "row",
    ]

    private static func english(_ index: Int, _ text: ScannedText) -> Range<Int>? {
        let words = text.words
        guard isNumber(words[index].text, digits: 1...5) else { return nil }
        var place = index + 1
        while place < min(words.count, index + 6), words[place].follows || place == index + 1, words[place].isCapitalised {
            if place > index + 1, englishEnds.contains(words[place].text) {
                return words[index].range.lowerBound..<words[place].range.upperBound
            }
            place += 1
        }
        return nil
    }

    // MARK: - 12 bis, rue de la Paix

    private static let frenchStreets: Set<String> = [
        "rue", "avenue", "av", "boulevard", "bd", "impasse", "quai", "allée", "allee", "faubourg",
    ]
    /// Words that mean many other things: a name must come after them.
    private static let frenchPlaces: Set<String> = ["place", "chemin", "route", "cours", "square", "passage"]

    private static func french(_ index: Int, _ text: ScannedText) -> Range<Int>? {
        let words = text.words
        guard isNumber(words[index].text, digits: 1...4) else { return nil }
        var place = index + 1
        if place < words.count, ["bis", "ter", "quater"].contains(words[place].text) { place += 1 }
        guard place + 1 < words.count, isNear(words[index], words[place], in: text) else { return nil }
        let rest = (place + 1)..<min(words.count, place + 5)
        let name = rest.first { words[$0].isCapitalised }
        guard frenchStreets.contains(words[place].text) || (frenchPlaces.contains(words[place].text) && name != nil) else {
            return nil
        }
        return words[index].range.lowerBound..<words[name ?? place + 1].range.upperBound
    }

    // MARK: - ٢٥ شارع التحرير

    private static let arabicStreets: Set<String> = ["شارع", "بشارع", "طريق", "حارة", "زقاق"]

    private static func arabic(_ index: Int, _ text: ScannedText) -> Range<Int>? {
        let words = text.words
        guard arabicStreets.contains(words[index].text), index + 1 < words.count, isNear(words[index], words[index + 1], in: text)
        else {
            return nil
        }
        let near = max(0, index - 2)..<min(words.count, index + 7)
        guard let number = near.first(where: { isNumber(words[$0].text, digits: 1...5) }),
            isNear(words[min(number, index)], words[max(number, index)], in: text)
        else { return nil }
        return words[min(number, index)].range.lowerBound..<words[max(number, index + 1)].range.upperBound
    }

    // MARK: - P.O. Box 12, Postfach 12 34 56, B.P. 12, ص.ب 123

    private static let boxes: Set<String> = ["postfach", "boîte postale", "ص.ب", "صندوق", "bp", "b.p"]

    private static func box(_ index: Int, _ text: ScannedText) -> Range<Int>? {
        let words = text.words
        let isPostBox = words[index].text == "box" && index > 0 && ["po", "p.o"].contains(words[index - 1].text)
        guard isPostBox || boxes.contains(words[index].text) else { return nil }
        // صندوق بريد has a word between.
        guard let number = (index + 1..<min(words.count, index + 3)).first(where: { words[$0].text.first?.isNumber == true })
        else { return nil }
        guard words[number].text.allSatisfy(\.isNumber), isNear(words[index], words[number], in: text) else { return nil }
        return words[isPostBox ? index - 1 : index].range.lowerBound..<words[number].range.upperBound
    }

    /// On one line, with no more than a comma or so between them and the words that may come between.
    private static func isNear(_ left: ScannedText.Word, _ right: ScannedText.Word, in text: ScannedText) -> Bool {
        guard left.range.upperBound <= right.range.lowerBound, right.range.lowerBound - left.range.upperBound <= 80 else {
            return false
        }
        return !text.scalars[left.range.upperBound..<right.range.lowerBound].contains("\n")
    }
}
