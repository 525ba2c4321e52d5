extension SingleByteCharset {
    /// By one of its names, in any case and with any punctuation.
    package init?(named name: String) {
        let plain = name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        // `x-cp1251`, `x-mac-cyrillic`.
        guard let known = Self(plain: plain) ?? (plain.hasPrefix("x") ? Self(plain: String(plain.dropFirst())) : nil) else {
            return nil
        }
        self = known
    }

    /// Octets as a browser reads them: what is not assigned is a control character from 0x80 to 0x9F, and U+FFFD above (WHATWG Encoding
    /// standard, §9).
    package func text(of octets: some Sequence<UInt8>) -> String {
        let upper = upperHalf
        var scalars = String.UnicodeScalarView()
        for octet in octets {
            guard octet >= 0x80 else {
                scalars.append(Unicode.Scalar(octet))
                continue
            }
            let scalar = upper[Int(octet - 0x80)]
            scalars.append(scalar != "?" ? scalar : octet < 0xA0 ? Unicode.Scalar(octet) : "\u{FFFD}")
        }
        return String(scalars)
    }
}
