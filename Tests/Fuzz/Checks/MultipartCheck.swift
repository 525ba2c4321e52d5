import PosternMail
import PosternWeb

/// `multipart/form-data`. The first line of the input is the value of `Content-Type`, the rest is the body.
enum MultipartCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let end = bytes.firstIndex(of: 0x0A) ?? bytes.endIndex
        let type = ParameterisedField(Array(bytes[..<end]).text)
        let body = Array(bytes[end...].dropFirst())
        if let type { try hold(!type.value.isEmpty, "a content type that is read has a value") }
        try FormCheck.check(MultipartForm.fields(in: body, boundary: nil).text())
        guard let boundary = type?.boundary else { return }
        let form = MultipartForm.fields(in: body, boundary: boundary)
        let mark = Array("\r\n--\(boundary)".utf8)
        for field in form.fields { try hold(!field.value.contains(mark), "no field reaches past its boundary") }
        try FormCheck.check(form.text())
    }
}

extension [UInt8] {
    fileprivate func contains(_ needle: [UInt8]) -> Bool {
        guard count >= needle.count else { return false }
        return (0...(count - needle.count)).contains { self[$0] == needle[0] && self[$0...].starts(with: needle) }
    }
}
