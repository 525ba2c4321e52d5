private import PosternCore

extension LetterForm {
    /// What can be read of a letter that was posted in a form that is not accepted here, so that it can be shown to its visitor
    /// again: JSON, `text/plain` as browsers write it (HTML standard, §4.10.22.8), or a form under a wrong name.
    package init(salvaging body: [UInt8]) {
        if let posted = try? LetterJSON(body) {
            self.init()
            letter = posted.letter
        } else if body.starts(with: Array("--".utf8)) {
            self.init(MultipartForm.fields(in: body, boundary: nil).text())
        } else if !body.contains(where: { $0 == 0x0A || $0 == 0x20 }), body.contains(UInt8(ascii: "=")) {
            self.init(URLEncodedForm.fields(in: body).text())
        } else {
            self.init(Self.lines(of: FormText.text(body)))
        }
    }

    /// `name=value` on a line each. A line that begins with no field of ours goes on with the one before.
    private static func lines(of text: String) -> PostedForm {
        let names = LetterField.allCases.map(\.rawValue) + ["show_address", "form", "homepage_url"]
        var fields: [(name: String, lines: [Substring])] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if let name = names.first(where: { line.hasPrefix($0 + "=") }) {
                fields.append((name, [line.dropFirst(name.count + 1)]))
            } else if let last = fields.indices.last {
                fields[last].lines.append(line)
            }
        }
        return PostedForm(
            fields.map { field in
                var lines = field.lines[...]
                while lines.count > 1, lines.last == "" { lines.removeLast() }
                return FormField(name: field.name, value: lines.joined(separator: "\n"))
            })
    }
}
