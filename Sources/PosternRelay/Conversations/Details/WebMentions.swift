internal import PosternCore

/// Web addresses in a text, with and without `https://`, and names on platforms (`@pat.example`).
enum WebMentions {
    /// - Parameter origins: whose pages are not meant.
    static func ranges(in text: ScannedText, exceptAt origins: [WebOrigin]) -> [Range<Int>] {
        let known = Set(origins.compactMap { host(of: $0.description[...]) })
        return text.words.compactMap { word in
            guard word.text.utf8.count <= 2_000 else { return word.text.hasPrefix("http") ? word.range : nil }
            if word.text.hasPrefix("@") {
                let name = word.text.unicodeScalars.dropFirst()
                return name.count >= 3 && name.allSatisfy(isNamePart) ? word.range : nil
            }
            guard let host = host(of: word.text[...]) ?? bareHost(word, in: text), !known.contains(host) else { return nil }
            return word.range
        }
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        ScannedText.isWordPart(scalar) || scalar == "_" || scalar == "." || scalar == "-"
    }

    /// - Returns: nil without a scheme or `www.`.
    private static func host(of text: Substring) -> String? {
        for scheme in ["https://", "http://", "hxxps://", "hxxp://"] {
            guard let found = text.firstRange(of: scheme) else { continue }
            return shortened(text[found.upperBound...])
        }
        return text.hasPrefix("www.") && text.utf8.count > 6 ? shortened(text) : nil
    }

    private static func shortened(_ text: Substring) -> String {
        let host = text.prefix { $0 != "/" && $0 != ":" && $0 != "?" && $0 != "#" }
        return String(host.hasPrefix("www.") ? host.dropFirst(4) : host)
    }

    /// `pat.example.org/prints`. The end of a sentence with no blank after it begins with a capital, and files have other endings.
    private static func bareHost(_ word: ScannedText.Word, in text: ScannedText) -> String? {
        guard word.text.utf8.contains(UInt8(ascii: ".")), !word.text.contains("@") else { return nil }
        let host = shortened(word.text[...])
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, let top = labels.last, ends.contains(String(top)), (labels.first?.utf8.count ?? 0) >= 2,
            labels.allSatisfy({ !$0.isEmpty && $0.unicodeScalars.allSatisfy { ScannedText.isWordPart($0) || $0 == "-" } })
        else { return nil }
        let end = text.scalars[word.range].prefix(host.unicodeScalars.count).suffix(top.unicodeScalars.count)
        let capitals = end.count { $0.properties.isUppercase }
        return capitals == 0 || capitals == end.count ? host : nil
    }

    /// Top-level domains that people have pages under. A list of all of them would take every second missing blank for an
    /// address.
    private static let ends: Set<String> = [
        "com", "org", "net", "info", "biz", "name", "eu", "de", "at", "ch", "li", "fr", "be", "lu", "nl", "it", "es", "pt", "pl",
        "cz",
        "dk", "se", "no", "fi", "ie", "uk", "gr", "tr", "ru", "ua", "us", "ca", "au", "nz", "jp", "kr", "cn", "in", "br", "mx",
        "ar",
        "za", "eg", "sa", "ae", "qa", "kw", "jo", "lb", "ma", "dz", "tn", "iq", "io", "co", "me", "app", "dev", "art", "blog",
        "cafe",
        "club", "design", "email", "gallery", "gmbh", "link", "online", "page", "photo", "photography", "photos", "pics", "shop",
        "site",
        "social", "store", "studio", "team", "tv", "work", "works", "world", "xyz", "berlin", "hamburg", "koeln", "wien", "paris",
        "cat",
        "example", "test",
    ]
}
