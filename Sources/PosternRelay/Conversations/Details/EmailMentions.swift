/// E-mail addresses in a text: as they are written, and as people disguise them (`pat (at) mail dot example`).
enum EmailMentions {
    private enum Piece {
        case text(String)
        /// The sign itself, or a word that means nothing else.
        case at
        /// "at", which mostly means something else.
        case weakAt
        case dot
        /// The word, spelt out.
        case dotWord
        case other
    }

    private typealias Placed = (piece: Piece, range: Range<Int>)

    static func ranges(in text: ScannedText) -> [Range<Int>] {
        let pieces = pieces(of: text)
        var ranges: [Range<Int>] = []
        for index in pieces.indices {
            let isWeak: Bool
            switch pieces[index].piece {
            case .at: isWeak = false
            case .weakAt: isWeak = true
            default: continue
            }
            guard let start = local(before: index, in: pieces), let end = domain(after: index, in: pieces, isWeak: isWeak) else {
                continue
            }
            // Two at signs in one word are one mention.
            if let last = ranges.last, start < last.upperBound { continue }
            ranges.append(start..<end)
        }
        return ranges
    }

    // MARK: - What is on either side

    /// How far a mention is followed: longer labels and more of them than addresses have.
    private static let mostPieces = 70

    private static func local(before index: Int, in pieces: [Placed]) -> Int? {
        guard index > 0, case .text = pieces[index - 1].piece else { return nil }
        var (start, position) = (pieces[index - 1].range.lowerBound, index - 2)
        while position > max(0, index - mostPieces), case .dot = pieces[position].piece, case .text = pieces[position - 1].piece {
            start = pieces[position - 1].range.lowerBound
            position -= 2
        }
        return start
    }

    private static func domain(after index: Int, in pieces: [Placed], isWeak: Bool) -> Int? {
        var labels: [String] = []
        var (end, isSpelt, isAfterDot, isLettered) = (0, false, true, false)
        scan: for position in (index + 1)..<max(index + 1, min(pieces.count, index + mostPieces)) {
            switch pieces[position].piece {
            case .text(let label) where isAfterDot:
                labels.append(label)
                (end, isAfterDot) = (pieces[position].range.upperBound, false)
                isLettered = label.unicodeScalars.count == 1
            // Letters with spaces between them are one label.
            case .text(let letter) where !isWeak && isLettered && letter.unicodeScalars.count == 1:
                labels[labels.count - 1] += letter
                end = pieces[position].range.upperBound
            case .dot where !isAfterDot: isAfterDot = true
            case .dotWord where !isAfterDot: (isAfterDot, isSpelt) = (true, true)
            default: break scan
            }
        }
        guard let first = labels.first, first.unicodeScalars.contains(where: \.properties.isAlphabetic) || labels.count > 1 else {
            return nil
        }
        if mailOnly.contains(first) { return end }
        guard labels.count > 1, let top = labels.last, top.unicodeScalars.count >= 2,
            top.unicodeScalars.allSatisfy(\.properties.isAlphabetic)
        else { return nil }
        return !isWeak || isSpelt || providers.contains(first) ? end : nil
    }

    /// Nothing else is called so.
    private static let mailOnly: Set<String> = [
        "gmail", "googlemail", "gmx", "hotmail", "protonmail", "icloud", "posteo", "wanadoo",
    ]
    private static let providers: Set<String> = mailOnly.union([
        "aol", "fastmail", "free", "freenet", "laposte", "live", "mail", "mailbox", "me", "msn", "orange", "outlook", "pm",
        "proton",
        "sfr", "t-online", "web", "yahoo", "ymail",
    ])

    // MARK: - Pieces

    private static let atWords: Set<String> = [
        "at", "ät", "aet", "a", "@", "＠", "arobase", "arobas", "arroba", "chiocciola", "klammeraffe", "affenschwanz", "آت", "ات",
    ]
    private static let plainAtWords: Set<String> = ["arobase", "arobas", "arroba", "chiocciola", "klammeraffe", "affenschwanz"]
    private static let weakAtWords: Set<String> = ["at", "ät", "aet", "آت"]
    private static let dotWords: Set<String> = ["dot", "punkt", "point", "punto", "ponto", "نقطة", ".", "d", "p"]
    private static let plainDotWords: Set<String> = ["dot", "punkt", "point", "punto", "ponto", "نقطة"]
    private static let signs: [String: Piece] = ["%40": .at, "&#64;": .at, "&commat;": .at, "&#46;": .dot, "%2e": .dot]

    private static func pieces(of text: ScannedText) -> [Placed] {
        let scalars = text.scalars
        var (pieces, position): ([Placed], Int) = ([], 0)
        while position < scalars.count {
            let scalar = scalars[position]
            if isPart(scalar) {
                var end = position
                while end < scalars.count, isPart(scalars[end]) { end += 1 }
                pieces += self.pieces(of: Array(scalars[position..<end]), at: position)
                position = end
            } else if let (piece, end) = bracketed(scalars, at: position) ?? encoded(scalars, at: position) {
                pieces.append((piece, position..<end))
                position = end
            } else {
                if let piece = sign(scalars, at: position) { pieces.append((piece, position..<position + 1)) }
                position += 1
            }
        }
        return pieces
    }

    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        ScannedText.isWordPart(scalar) || scalar == "-" || scalar == "_" || scalar == "+"
    }

    /// - Returns: nil for a blank, which separates nothing.
    private static func sign(_ scalars: [Unicode.Scalar], at position: Int) -> Piece? {
        let scalar = scalars[position]
        if scalar == "@" || scalar == "\u{FF20}" || scalar == "\u{FE6B}" { return .at }
        if scalar == "." || scalar == "\u{3002}" || scalar == "\u{FF0E}" || scalar == "·" {
            // The full stop of a sentence has a blank after it and none before it.
            let isEnd = position + 1 >= scalars.count || !isPart(scalars[position + 1])
            let isSpaced = position > 0 && ScannedText.isBlank(scalars[position - 1])
            return isEnd && !isSpaced ? .other : .dot
        }
        return ScannedText.isBlank(scalar) ? nil : .other
    }

    /// `(at)`, `[ dot ]`, `<at>`: up to a dozen characters in brackets that mean a sign.
    private static func bracketed(_ scalars: [Unicode.Scalar], at position: Int) -> (Piece, Int)? {
        guard "([{<*«".unicodeScalars.contains(scalars[position]) else { return nil }
        let inside = scalars[(position + 1)...].prefix(16).prefix { !")]}>*»\n".unicodeScalars.contains($0) }
        guard inside.endIndex < scalars.count, inside.count < 16, scalars[inside.endIndex] != "\n" else { return nil }
        let word = String(String.UnicodeScalarView(inside)).lowercased().filter { $0 != " " }
        if atWords.contains(word) { return (.at, inside.endIndex + 1) }
        return dotWords.contains(word) ? (.dotWord, inside.endIndex + 1) : nil
    }

    private static func encoded(_ scalars: [Unicode.Scalar], at position: Int) -> (Piece, Int)? {
        guard scalars[position] == "%" || scalars[position] == "&" else { return nil }
        let here = String(String.UnicodeScalarView(scalars[position...].prefix(8))).lowercased()
        return signs.first { here.hasPrefix($0.key) }.map { ($0.value, position + $0.key.unicodeScalars.count) }
    }

    /// A run of letters, which may be a word that means a sign, or have one inside: `pat-at-mail`, `patATmailDOTexample`.
    private static func pieces(of run: [Unicode.Scalar], at start: Int) -> [Placed] {
        let word = String(String.UnicodeScalarView(run))
        let lowered = word.lowercased()
        let whole = start..<start + run.count
        let bare = lowered.trimming("-_")
        if plainAtWords.contains(bare) { return [(.at, whole)] }
        if weakAtWords.contains(bare) { return [(bare == lowered ? .weakAt : .at, whole)] }
        if plainDotWords.contains(bare) { return [(.dotWord, whole)] }
        guard run.count <= 100, let at = inner(of: run, ["-at-", "_at_", "AT"]) else { return [(.text(lowered), whole)] }
        func part(_ range: Range<Int>) -> Placed {
            (
                .text(String(String.UnicodeScalarView(run[range])).lowercased()),
                start + range.lowerBound..<start + range.upperBound
            )
        }
        let rest = Array(run[at.upperBound...])
        let atPiece: Placed = (.at, start + at.lowerBound..<start + at.upperBound)
        guard let dot = inner(of: rest, ["-dot-", "_dot_", "-punkt-", "_punkt_", "DOT"]) else {
            // Capitals alone are an abbreviation or a name.
            let isSpelt = run[at.lowerBound] == "-" || run[at.lowerBound] == "_"
            return isSpelt ? [part(0..<at.lowerBound), atPiece, part(at.upperBound..<run.count)] : [(.text(lowered), whole)]
        }
        let shift = at.upperBound
        return [
            part(0..<at.lowerBound), atPiece, part(shift..<shift + dot.lowerBound),
            (.dotWord, start + shift + dot.lowerBound..<start + shift + dot.upperBound), part(shift + dot.upperBound..<run.count),
        ]
    }

    /// Where one of the marks stands inside, with something on both sides of it. In capitals, between small letters.
    private static func inner(of run: [Unicode.Scalar], _ marks: [String]) -> Range<Int>? {
        for mark in marks {
            let mark = Array(mark.unicodeScalars)
            guard run.count > mark.count + 1 else { continue }
            for place in 1..<(run.count - mark.count) where run[place..<place + mark.count].elementsEqual(mark) {
                let isCapital = mark[0].properties.isUppercase
                let (before, after) = (run[place - 1], run[place + mark.count])
                if !isCapital || (before.properties.isLowercase && after.properties.isLowercase) {
                    return place..<place + mark.count
                }
            }
        }
        return nil
    }
}

extension String {
    fileprivate func trimming(_ characters: String) -> String {
        var rest = unicodeScalars[...]
        while let first = rest.first, characters.unicodeScalars.contains(first) { rest.removeFirst() }
        while let last = rest.last, characters.unicodeScalars.contains(last) { rest.removeLast() }
        return String(rest)
    }
}
