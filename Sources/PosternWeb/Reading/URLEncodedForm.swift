private import PosternCore

/// Reads `application/x-www-form-urlencoded` (WHATWG URL standard, §5.1), and queries, which have the same form.
///
/// Stricter than the standard in one thing: bytes that are not UTF-8 are refused, not replaced. Our own page cannot send
/// them, and a letter must not change on its way.
package enum URLEncodedForm {
    package static func fields(in body: [UInt8]) throws(FormFault) -> [FormField] {
        var fields: [FormField] = []
        // One more than the limit is enough to know. The rest of a hostile body is never read.
        for pair in body.split(separator: UInt8(ascii: "&"), maxSplits: FormField.mostFields, omittingEmptySubsequences: true) {
            guard fields.count < FormField.mostFields else { throw .tooManyFields(limit: FormField.mostFields) }
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            fields.append(FormField(name: try text(halves[0]), value: halves.count == 2 ? try text(halves[1]) : ""))
        }
        return fields
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(FormFault) -> String {
        guard let text = String(validating: PercentCoding.decoded(bytes, plusIsSpace: true), as: UTF8.self) else {
            throw .notUTF8
        }
        return text
    }
}
