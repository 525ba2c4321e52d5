import Foundation
import PosternCore
import PosternWeb

/// The JSON of a letter, compared with Foundation's reader where both accept it.
enum JSONCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        guard let posted = try? LetterJSON(bytes) else { return }
        try hold(posted.wrongTypes.count <= 6, "a field is complained of once")
        let letter = posted.letter
        let written = JSONText.object([
            ("name", .string(letter.name)), ("email", .string(letter.email)), ("subject", .string(letter.subject)),
            ("message", .string(letter.message)), ("about", .string(letter.about)),
            ("show_address", .boolean(letter.sharesAddress)),
        ]).text
        let again = try? LetterJSON(Array(written.utf8))
        try hold(
            again.map { isSame($0.letter, letter) && $0.wrongTypes.isEmpty } == true, "a letter that is written reads the same")
        if let other = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] {
            for (name, value) in [
                ("name", letter.name), ("email", letter.email), ("subject", letter.subject), ("message", letter.message),
                ("about", letter.about),
            ] {
                try hold(
                    value.withoutMarks.isSame(as: (other[name] as? String ?? "").withoutMarks),
                    "another reader finds the same in “\(name)”")
            }
        }
        try LetterCheck.check(letter)
    }

    private static func isSame(_ left: RawLetter, _ right: RawLetter) -> Bool {
        left.name.isSame(as: right.name) && left.email.isSame(as: right.email) && left.subject.isSame(as: right.subject)
            && left.message.isSame(as: right.message) && left.about.isSame(as: right.about)
            && left.sharesAddress == right.sharesAddress
    }
}

extension String {
    /// Without byte order marks: Foundation's reader drops one after an escape, as if a text began there.
    fileprivate var withoutMarks: String {
        String(String.UnicodeScalarView(unicodeScalars.filter { $0 != "\u{FEFF}" }))
    }
}
