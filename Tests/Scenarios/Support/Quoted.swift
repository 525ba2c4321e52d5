import Foundation
import PosternTestSupport

extension ServerMessage {
    /// The first web link in the text part that contains `part`. Soft line breaks of quoted-printable are removed first.
    func link(containing part: String) -> String? {
        let text = String(decoding: octets, as: UTF8.self)
            .replacingOccurrences(of: "=\r\n", with: "").replacingOccurrences(of: "=3D", with: "=")
        return text.components(separatedBy: .whitespacesAndNewlines).first { $0.hasPrefix("http") && $0.contains(part) }
    }
}
