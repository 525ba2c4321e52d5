internal import PosternCore

/// What the words of a refusal say it is about, in the vocabulary that providers and mail servers share.
///
/// A phrase is words in a row; `word~` also matches longer words, and `*` up to four words of any kind. The table is read from the
/// top, and the first phrase that occurs counts: what names the recipient beyond doubt, then what names us, then what passes, then
/// the recipient, then the letter.
struct RefusalWords: Sendable {
    /// What stands between two stops, in lower case; a name such as SendAsDenied also as its words. Without the names of hosts: anyone
    /// can have one that reads like a sentence.
    let clauses: [[Substring]]
    private let words: [Substring]
    private let wordsWithoutHosts: [Substring]

    init(of lines: [String]) {
        // Written by word processors and by people; `doesn’t` is read as `doesn't`.
        let text = String(lines.joined(separator: " ").map { $0 == "’" ? "'" : $0 }).split(separator: " ")
        let (plain, withoutHosts) = (text.map(Self.plain), text.map(Self.plainWithoutHosts))
        words = Self.words(of: plain.joined(separator: " "))
        wordsWithoutHosts = Self.words(of: withoutHosts.joined(separator: " "))
        clauses = Self.clauses(of: withoutHosts).map { Self.words(of: $0.joined(separator: " ")) }
    }

    func cause(at stage: DeliveryStage) -> Outcome.Cause? { entry(at: stage)?.cause }

    /// Whether it is about an account, and does not say whether it is ours or the recipient's.
    func areOfEitherSide(at stage: DeliveryStage) -> Bool { entry(at: stage)?.isOfEitherSide == true }

    private func entry(at stage: DeliveryStage) -> Entry? {
        guard stage == .finalDot else { return Self.tableBeforeText.first { holds(anyOf: $0.phrases) } }
        return Self.tableOfText.first { entry in
            // The link that is refused is often quoted, and only a list is known by its name.
            let isOfOurs = entry.cause.isAboutUs && entry.cause != .reputation
            return entry.phrases.contains { $0.occurs(in: isOfOurs ? wordsWithoutHosts : words) }
        }
    }

    func holds(anyOf phrases: [Phrase]) -> Bool {
        phrases.contains { $0.occurs(in: words) }
    }

    private static let tableBeforeText: [Entry] = [Entry(.reputation, listedAddresses)] + table

    /// After the text: there a stranger's words can be what is refused, and must not look like a refusal of us, or their letter would
    /// keep everybody else's from going out. Lists of domains are asked about the links in a text; that one of ours is on such a list,
    /// refusals of other letters show, or those at MAIL and RCPT. The list's name comes before all else, since the link is often
    /// quoted beside it.
    private static let tableOfText: [Entry] =
        [Entry(.letter, ["uribl", "surbl", "dbl"]), Entry(.reputation, listedAddresses)]
        + table.map { $0.cause == .reputation ? Entry(.reputation, reputation) : $0 }
        + [Entry(.letter, blockedFor)]

    /// A person's address is a name, and says nothing; of a page's, the host may be a block list's. Which IP address it is says no
    /// more than that it is one.
    private static func plain(_ word: Substring) -> Substring {
        if word.holds("://") { return word.split(separator: "/").dropFirst().first?.split(separator: "@").last ?? "" }
        if word.utf8.contains(UInt8(ascii: "@")) { return "" }
        return ClientTrace.isIn(word) ? "ip" : word
    }

    /// What is beside the name of a host still counts: a stop, or `HELO=`.
    private static func plainWithoutHosts(_ word: Substring) -> Substring {
        let plain = plain(word)
        guard plain.utf8.contains(UInt8(ascii: ".")) else { return plain }
        var kept: [UInt8] = []
        var run: [UInt8] = []
        for octet in plain.utf8 {
            if octet.isASCIILetterOrDigit || octet == UInt8(ascii: "-") || octet == UInt8(ascii: ".") {
                run.append(octet)
            } else {
                kept += withoutHost(run) + [octet]
                run = []
            }
        }
        return Substring(String(decoding: kept + withoutHost(run), as: UTF8.self))
    }

    /// Of a word such as `mx1.relay.example.` the stop.
    private static func withoutHost(_ run: [UInt8]) -> ArraySlice<UInt8> {
        let labels = run.split(separator: UInt8(ascii: "."))
        // `5322.From` is a header field.
        let isNumbered = labels.count == 2 && labels[0].allSatisfy { (0x30...0x39).contains($0) }
        let isHost = labels.count > 1 && !isNumbered && labels.last?.contains { !(0x30...0x39).contains($0) } == true
        guard isHost else { return run[...] }
        return run.last == UInt8(ascii: ".") ? run.suffix(1) : []
    }

    private static let stops = ";,.!?)"

    /// A colon parts nothing: it leads from what is refused to why.
    private static func clauses(of text: [Substring]) -> [[Substring]] {
        var clauses: [[Substring]] = [[]]
        for word in text {
            if word.first == "(" || word == "-" { clauses.append([]) }
            clauses[clauses.count - 1].append(word)
            if let last = word.last, stops.contains(last) { clauses.append([]) }
        }
        return clauses.filter { !$0.isEmpty }
    }

    /// Lower case, letters and digits only; a name such as SendAsDenied counts as its words too.
    private static func words(of text: String) -> [Substring] {
        var plain: [UInt8] = []
        var parted: [UInt8] = []
        var wasSmall = false
        for octet in text.utf8.prefix(mostOctets) {
            let isCapital = (0x41...0x5A).contains(octet)
            let isPart = isCapital || (0x61...0x7A).contains(octet) || (0x30...0x39).contains(octet) || octet >= 0x80
            let lowered = isPart ? (isCapital ? octet | 0x20 : octet) : 0x20
            if isCapital && wasSmall { parted.append(0x20) }
            plain.append(lowered)
            parted.append(lowered)
            wasSmall = (0x61...0x7A).contains(octet)
        }
        let isMixed = parted.count > plain.count
        return english(split(plain)) + (isMixed ? [Substring(separator)] + english(split(parted)) : [])
    }

    private static func split(_ octets: [UInt8]) -> [Substring] {
        String(decoding: octets, as: UTF8.self).split(separator: " ")
    }

    /// No phrase has it, so that none spans both spellings.
    static let separator = "|"
    /// More than a refusal has to say; the server decides how much it says.
    private static let mostOctets = 4_000

    struct Phrase: Sendable {
        private enum Part: Sendable {
            case word(Substring)
            case beginning(Substring)
            case anything
        }

        private let parts: [Part]
        private static let longestGap = 4

        init(_ text: String) {
            parts = text.split(separator: " ").map { word in
                if word == "*" { return .anything }
                return word.last == "~" ? .beginning(word.dropLast()) : .word(word)
            }
        }

        func occurs(in words: [Substring]) -> Bool {
            words.indices.contains { matches(parts[...], words[$0...]) }
        }

        private func matches(_ parts: ArraySlice<Part>, _ words: ArraySlice<Substring>) -> Bool {
            guard let part = parts.first else { return true }
            let rest = parts.dropFirst()
            switch part {
            case .anything:
                return (0...Self.longestGap).contains { gap in
                    let left = words.dropFirst(gap)
                    return !words.prefix(gap).contains { $0 == RefusalWords.separator } && !left.isEmpty && matches(rest, left)
                }
            case .word(let word):
                return words.first == word && matches(rest, words.dropFirst())
            case .beginning(let beginning):
                return words.first?.hasPrefix(beginning) == true && matches(rest, words.dropFirst())
            }
        }
    }

    struct Entry: Sendable {
        let cause: Outcome.Cause
        let phrases: [Phrase]
        let isOfEitherSide: Bool

        init(_ cause: Outcome.Cause, _ phrases: [String], isOfEitherSide: Bool = false) {
            self.cause = cause
            self.isOfEitherSide = isOfEitherSide
            self.phrases = phrases.map { Phrase($0) }
        }
    }
}
