/// Reads what an international label of a domain says (RFC 3492 §6.2). Foundation only writes them.
enum Punycode {
    /// - Returns: nil when the label is not one of those, or none that anybody could have registered.
    static func label(_ ascii: String) -> String? {
        guard ascii.hasPrefix("xn--"), ascii.utf8.count <= 63 else { return nil }
        let coded = ascii.utf8.dropFirst(4)
        let delimiter = coded.lastIndex(of: UInt8(ascii: "-"))
        var output = delimiter.map { coded[..<$0].map(UInt32.init) } ?? []
        var rest = delimiter.map { coded[coded.index(after: $0)...] } ?? coded
        var (n, place, bias) = (128, 0, 72)
        while !rest.isEmpty {
            let before = place
            var (weight, step) = (1, 36)
            while true {
                guard let digit = rest.popFirst().flatMap(value), place <= 1 << 40 else { return nil }
                place += digit * weight
                let threshold = max(1, min(26, step - bias))
                if digit < threshold { break }
                weight *= 36 - threshold
                guard weight <= 1 << 40 else { return nil }
                step += 36
            }
            let count = output.count + 1
            bias = adapted(place - before, count, isFirst: before == 0)
            n += place / count
            place %= count
            guard let code = UInt32(exactly: n), Unicode.Scalar(code) != nil else { return nil }
            output.insert(code, at: place)
            place += 1
        }
        return String(String.UnicodeScalarView(output.compactMap { Unicode.Scalar($0) }))
    }

    private static func value(_ character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character - UInt8(ascii: "a"))
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character - UInt8(ascii: "0")) + 26
        default: nil
        }
    }

    private static func adapted(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
        var (delta, step) = (isFirst ? delta / 700 : delta / 2, 0)
        delta += delta / count
        while delta > 455 {
            delta /= 35
            step += 36
        }
        return step + 36 * delta / (delta + 38)
    }
}
