import PosternCore
import PosternWeb

/// `application/x-www-form-urlencoded`, as browsers and programs send it.
enum FormCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let form = URLEncodedForm.fields(in: bytes).text()
        let written = form.fields.map { "\(PercentCoding.encoded($0.name))=\(PercentCoding.encoded($0.value))" }
        let again = URLEncodedForm.fields(in: Array(written.joined(separator: "&").utf8)).text()
        try hold(same(again.fields, form.fields), "a form that is written again reads the same")
        try check(form)
        let cut = URLEncodedForm.fields(in: bytes, isCut: true).text()
        try hold(cut.fields.count <= form.fields.count, "a cut form has no more fields than a whole one")
        try check(cut)
        try check(LetterForm(salvaging: bytes))
    }

    static func check(_ posted: PostedForm) throws(Breach) {
        try hold(posted.fields.count <= FormField.mostFields, "a form has at most \(FormField.mostFields) fields")
        let form = LetterForm(posted)
        for (name, value) in [
            ("name", form.letter.name), ("email", form.letter.email), ("subject", form.letter.subject),
            ("message", form.letter.message), ("about", form.letter.about),
        ] {
            let found = posted.fields.filter { $0.name.isSame(as: name) }
            try hold(found.count <= 1 || form.fault != nil, "no field of a letter is believed that occurs twice")
            try hold(value.isSame(as: found.first?.value ?? ""), "a field is what was posted under its name")
        }
        try check(form)
    }

    private static func check(_ form: LetterForm) throws(Breach) { try LetterCheck.check(form.letter) }

    private static func same(_ left: [FormField], _ right: [FormField]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { $0.name.isSame(as: $1.name) && $0.value.isSame(as: $1.value) }
    }
}
