import PosternCore
import PosternWeb

/// `application/x-www-form-urlencoded`, as browsers and programs send it.
enum FormCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        guard let fields = try? URLEncodedForm.fields(in: bytes) else { return }
        let written = fields.map { "\(PercentCoding.encoded($0.name))=\(PercentCoding.encoded($0.value))" }
        let again = try? URLEncodedForm.fields(in: Array(written.joined(separator: "&").utf8))
        try hold(again.map { same($0, fields) } == true, "a form that is written anew reads the same")
        try check(fields)
    }

    static func check(_ fields: [FormField]) throws(Breach) {
        try hold(fields.count <= FormField.mostFields, "a form has at most \(FormField.mostFields) fields")
        guard let form = try? LetterForm(fields) else { return }
        for (name, value) in [
            ("name", form.letter.name), ("email", form.letter.email), ("subject", form.letter.subject),
            ("message", form.letter.message), ("about", form.letter.about),
        ] {
            let posted = fields.filter { $0.name.isSame(as: name) }
            try hold(posted.count <= 1, "no field of a letter is believed that occurs twice")
            try hold(value.isSame(as: posted.first?.value ?? ""), "a field is what was posted under its name")
        }
        try LetterCheck.check(form.letter)
    }

    private static func same(_ left: [FormField], _ right: [FormField]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { $0.name.isSame(as: $1.name) && $0.value.isSame(as: $1.value) }
    }
}
