import PosternCore
import PosternSealing

/// What must be true of a letter, however it was posted.
enum LetterCheck {
    /// Makes a letter of the fields, if they are valid, then the bytes to seal, and then a letter again.
    static func check(_ raw: RawLetter) throws(Breach) {
        let letter: Letter
        do {
            letter = try raw.validated()
        } catch {
            return try hold(!error.all.isEmpty, "a letter that is refused has a fault")
        }
        try check(letter)
    }

    static func check(_ letter: Letter) throws(Breach) {
        try TextCheck.check(letter.name, limit: Letter.Limit.name)
        try AddressCheck.check(letter.replyAddress)
        if let subject = letter.subject { try TextCheck.check(subject, limit: Letter.Limit.subject) }
        if let about = letter.about { try TextCheck.check(about, limit: Letter.Limit.about) }
        try TextCheck.check(letter.text, limit: Letter.Limit.message)
        let sealed = LetterCoding.bytes(of: letter)
        let opened = try? LetterCoding.letter(from: sealed)
        try hold(opened.map { LetterCoding.bytes(of: $0) } == sealed, "a letter is opened as it was sealed")
    }
}
