private import PosternCore

/// Reads `application/x-www-form-urlencoded` (WHATWG URL standard, §5.1), and queries, which have the same form.
///
/// Stricter than the standard in one thing: bytes that are not UTF-8 are never replaced, since a letter must not change on its way.
package enum URLEncodedForm {
    /// - Parameter isCut: whether the end of the body is missing.
    package static func fields(in body: [UInt8], isCut: Bool = false) -> FormOctets {
        var form = FormOctets()
        // A line end after the form is none of it: old browsers and scripts send one, and those inside are encoded.
        let body = isCut ? body.withoutCutEscape() : body.withoutLineEnd()
        // One more than the limit is enough to know. The rest of a hostile body is never read.
        for pair in body.split(separator: UInt8(ascii: "&"), maxSplits: FormField.mostFields, omittingEmptySubsequences: true) {
            guard form.fields.count < FormField.mostFields else {
                form.fault = .tooManyFields(limit: FormField.mostFields)
                break
            }
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            form.fields.append(.init(name: decoded(halves[0]), value: halves.count == 2 ? decoded(halves[1]) : []))
        }
        if isCut {
            if let last = form.fields.indices.last { form.fields[last].value = form.fields[last].value.withoutCutCharacter() }
            form.fault = .cutShort
        }
        return form
    }

    private static func decoded(_ octets: ArraySlice<UInt8>) -> [UInt8] { PercentCoding.decoded(octets, plusIsSpace: true) }
}

extension [UInt8] {
    /// Without a `%` or `%4` at its end.
    fileprivate func withoutCutEscape() -> [UInt8] {
        suffix(2).lastIndex(of: UInt8(ascii: "%")).map { Array(self[..<$0]) } ?? self
    }

    fileprivate func withoutLineEnd() -> [UInt8] {
        guard last == 0x0A || last == 0x0D else { return self }
        return Array(prefix(count - reversed().prefix { $0 == 0x0A || $0 == 0x0D }.count))
    }
}
