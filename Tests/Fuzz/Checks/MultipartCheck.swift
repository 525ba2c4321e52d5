import PosternMail
import PosternWeb

/// `multipart/form-data`. The first line of the input is the value of `Content-Type`, the rest is the body.
enum MultipartCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
        let type = ParameterisedField(Array(bytes[..<end]).text)
        let body = Array(bytes[end...].dropFirst())
        if let type { try hold(!type.value.isEmpty, "a content type that is read has a value") }
        guard let boundary = type?.boundary, let fields = try? MultipartForm.fields(in: body, boundary: boundary)
        else { return }
        let mark = "\r\n--" + boundary
        for field in fields {
            try hold(!(field.value.unicodeScalars.contains(mark)), "no field reaches past its boundary")
        }
        try FormCheck.check(fields)
    }
}

extension String.UnicodeScalarView {
    fileprivate func contains(_ text: String) -> Bool {
        let (hay, needle) = (Array(String(self).utf8), Array(text.utf8))
        guard hay.count >= needle.count else { return false }
        return (0...(hay.count - needle.count)).contains { hay[$0] == needle[0] && hay[$0...].starts(with: needle) }
    }
}
