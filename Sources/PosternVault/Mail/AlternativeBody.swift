/// The two forms of a mail's text as `multipart/alternative` (RFC 2046 §5.1.4), the plain one first.
struct AlternativeBody {
    let plain: String
    let html: String
    /// Neither encoding can produce it: in quoted-printable a hexadecimal digit or CRLF follows `=`, and base64 knows no `_`.
    let boundary: String

    init(plain: String, html: String, token: String) {
        (self.plain, self.html) = (Self.canonical(plain), Self.canonical(html))
        boundary = "=_\(token)"
    }

    /// No preamble: it would be a sentence in one language that only ancient clients show.
    func append(to bytes: inout [UInt8]) {
        for (type, text) in [("text/plain", plain), ("text/html", html)] {
            let encoding = TransferEncoding.best(for: text)
            bytes += "--\(boundary)\r\n".utf8
            bytes += "Content-Type: \(type); charset=utf-8\r\n".utf8
            bytes += "Content-Transfer-Encoding: \(encoding.rawValue)\r\n\r\n".utf8
            bytes += encoding.encoded(text)
        }
        bytes += "--\(boundary)--\r\n".utf8
    }

    /// LF line ends, whatever a template editor saved.
    private static func canonical(_ text: String) -> String {
        var text = text
        // Gone through to the end, since the compiler vectorises no loop that may end early.
        guard text.withUTF8({ $0.reduce(0 as UInt8) { $0 | ($1 == 0x0D ? 1 : 0) } }) != 0 else { return text }
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\r" || (scalar == "\n" && previous != "\r") {
                scalars.append("\n")
            } else if scalar != "\n" {
                scalars.append(scalar)
            }
            previous = scalar
        }
        return String(scalars)
    }
}
