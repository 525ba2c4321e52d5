/// Encodings in all the variants that programs write. Our own encoders write one variant each, so they are of no use here.
enum Encoding {
    static func hex(_ bytes: [UInt8], uppercase: Bool = false) -> [UInt8] {
        marked(bytes, "", uppercase: uppercase, keeping: "")
    }

    /// A mark and two hexadecimal digits for each byte that is not kept.
    static func marked(_ bytes: [UInt8], _ mark: String, uppercase: Bool, keeping kept: String) -> [UInt8] {
        let digits = Array((uppercase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        return bytes.flatMap { byte in
            kept.utf8.contains(byte) ? [byte] : Array(mark.utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    /// Encodes everything except letters and digits. RFC 2045 §6.7 requires it only for `=` and what is not ASCII.
    static func quotedPrintable(_ bytes: [UInt8]) -> [UInt8] {
        // Some mailers encode the rest too; without that, this would be the plain form.
        marked(bytes, "=", uppercase: true, keeping: alphanumerics)
    }

    /// - Parameter kept: what stays besides letters and digits; nil for nothing more, empty to keep not even those.
    static func percent(_ bytes: [UInt8], keeping kept: String?, uppercase: Bool) -> [UInt8] {
        marked(bytes, "%", uppercase: uppercase, keeping: kept == "" ? "" : alphanumerics + (kept ?? ""))
    }

    /// As browsers send forms: a space becomes a plus.
    static func form(_ bytes: [UInt8]) -> [UInt8] {
        marked(bytes, "%", uppercase: true, keeping: alphanumerics + "*-._ ").map { $0 == 0x20 ? UInt8(ascii: "+") : $0 }
    }

    /// Both alphabets, at three offsets. Characters at the ends also hold bits of neighbouring bytes and are left out.
    static func base64(of bytes: [UInt8]) -> [[UInt8]] {
        (0..<3).flatMap { offset -> [[UInt8]] in
            let whole = (offset + bytes.count) / 3 * 4
            let skipped = offset == 0 ? 0 : offset + 1
            let encoded = base64(Array(repeating: 0, count: offset) + bytes).prefix(whole).dropFirst(skipped)
            let forURLs: [UInt8: UInt8] = [UInt8(ascii: "+"): UInt8(ascii: "-"), UInt8(ascii: "/"): UInt8(ascii: "_")]
            return [Array(encoded), encoded.map { forURLs[$0] ?? $0 }]
        }
    }

    /// RFC 4648 §4, without padding.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return stride(from: 0, to: bytes.count, by: 3).flatMap { start -> [UInt8] in
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            return (0...group.count).map { alphabet[Int(bits >> UInt32(18 - 6 * $0)) & 63] }
        }
    }

    static func digests(_ digest: [UInt8]) -> [[UInt8]] {
        [digest, hex(digest), hex(digest, uppercase: true)] + base64(of: digest)
    }

    /// `&#64;`, `&#x40;`: for everything except letters and digits, and for everything.
    static func references(_ text: String) -> [[UInt8]] {
        [false, true].flatMap { all in
            ["&#%d;", "&#x%x;"].map { pattern in
                text.unicodeScalars.map { scalar in
                    guard all || !isAlphanumeric(scalar) else { return String(scalar) }
                    return pattern.hasSuffix("%d;") ? "&#\(scalar.value);" : "&#x\(String(scalar.value, radix: 16));"
                }.joined()
            }
        }.map { Array($0.utf8) }
    }

    /// `\u0040`, `\x40`, `\100`: for everything except letters and digits; the first also for everything.
    static func escapes(_ text: String) -> [[UInt8]] {
        func padded(_ number: UInt16, _ radix: Int, _ width: Int) -> String {
            let digits = String(number, radix: radix)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let rules: [(all: Bool, write: (UInt16) -> String)] = [
            (false, { "\\u" + padded($0, 16, 4) }), (true, { "\\u" + padded($0, 16, 4) }), (false, { "\\x" + padded($0, 16, 2) }),
            (false, { "\\" + padded($0, 8, 3) }),
        ]
        return rules.map { rule in
            text.unicodeScalars.map { scalar in
                rule.all || !isAlphanumeric(scalar) ? String(scalar).utf16.map(rule.write).joined() : String(scalar)
            }.joined()
        }.map { Array($0.utf8) }
    }

    private static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        alphanumerics.unicodeScalars.contains(scalar)
    }
}
