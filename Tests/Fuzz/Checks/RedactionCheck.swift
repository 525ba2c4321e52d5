import Foundation
import PosternCore

/// A server's reply about a recipient: an address known to us is inserted into the foreign bytes.
enum RedactionCheck {
    private static let recipient = "jo.canary+club@members.example"
    private static let redaction = Redaction(hiding: [recipient])

    static func check(_ bytes: [UInt8]) throws(Breach) {
        let (choice, rest) = bytes.choiceAndRest
        let cut = min(Int(choice), rest.count)
        let (before, behind) = (Array(rest[..<cut]).text, Array(rest[cut...]).text)
        for reply in [rest.text, "\(before) \(recipient) \(behind)", "\(before) <\(recipient.uppercased())>\(behind)"] {
            let cleaned = redaction.clean(reply)
            try check(cleaned: cleaned)
            try hold(!names("jo.canary", in: cleaned) || !reply.contains(recipient), "a known address is taken out")
            try hold(!cleaned.lowercased().contains("members.example"), "a known domain is taken out")
        }
    }

    /// `jo.canary7` is somebody else's name, without anything that marks it as an address.
    private static func names(_ local: String, in text: String) -> Bool {
        let pieces = text.lowercased().components(separatedBy: local)
        return zip(pieces, pieces.dropFirst()).contains { before, behind in
            before.last?.isWordCharacter != true && behind.first?.isWordCharacter != true
        }
    }

    /// What must be true of every text that is kept of a reply.
    static func check(cleaned: String) throws(Breach) {
        let scalars = cleaned.unicodeScalars
        try hold(scalars.count <= 2 * Redaction.limit, "what is kept of a reply is short")
        try hold(!scalars.contains("@") && !scalars.contains("＠"), "nothing that is kept of a reply holds an at sign")
        try hold(!scalars.contains { $0.isControl || $0.isBidirectionalControl }, "what is kept of a reply is plain text")
        let octets = scalars.split { !("0"..."9").contains($0) && $0 != "." }.map { $0.split(separator: ".") }
        try hold(
            !octets.contains { $0.count == 4 && $0.allSatisfy { UInt8(String($0)) != nil } }, "no IPv4 address is kept of a reply"
        )
    }
}

extension Character {
    fileprivate var isWordCharacter: Bool { isLetter || isNumber }
}
