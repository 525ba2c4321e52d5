import Crypto
import PosternCore
import PosternRelay
import PosternSealing
import PosternVault

/// Anything that comes back as a token, an id or a name: two bytes that change a valid token, then a text.
enum TokenCheck {
    private static let now = Timestamp(seconds: 1_795_514_709)
    /// Not random at all, so that every run finds the same.
    private static let forms = FormTokens(randomness: RandomSource { 4 }) {
        $0 == Epoch(containing: now).next ? [UInt8](repeating: 7, count: 32) : nil
    }
    private static let authorisation = AddressAuthorisation(key: SymmetricKey(data: [UInt8](repeating: 8, count: 32)))

    static func check(_ bytes: [UInt8]) throws(Breach) {
        let text = Array(bytes.dropFirst(2)).text
        try checkForms(text, change: bytes)
        try checkConfirmation(text, change: bytes)
        try checkCodings(text)
        try checkNames(text)
        let raw = Array(bytes.dropFirst(2))
        try hold(Base64URL.bytes(of: Base64URL.text(of: raw)) == raw, "bytes survive base64")
    }

    private static func checkForms(_ text: String, change: [UInt8]) throws(Breach) {
        guard let token = forms.issue(at: now) else { throw Breach(description: "a form's token is issued") }
        try hold(isOurs(token), "a true token is known again")
        try hold(text.isSame(as: token) || !isOurs(text), "a foreign token is not ours")
        if let changed = changed(token, by: change) { try hold(!isOurs(changed), "a changed token is not ours") }
    }

    private static func isOurs(_ token: String) -> Bool {
        if case .ours = forms.status(of: token, at: now + .minutes(5)) { true } else { false }
    }

    private static func checkConfirmation(_ text: String, change: [UInt8]) throws(Breach) {
        guard let site = try? SiteID("photos"), let handle = try? Handle("pat"), let name = try? HeaderText("Pat", limit: 100)
        else { return }
        let subject = AddressAuthorisation.Subject(
            site: site, handle: handle, recipient: RecipientID(high: 1, low: 2), name: name, language: .english,
            version: 1, seal: [1, 2, 3])
        let token = authorisation.token(for: subject, mailed: now)
        func isGood(_ token: String) -> Bool { (try? authorisation.check(token, for: subject, at: now)) != nil }
        try hold(isGood(token), "a true confirmation is known again")
        try hold(text.isSame(as: token) || !isGood(text), "a foreign confirmation is not ours")
        if let changed = changed(token, by: change) { try hold(!isGood(changed), "a changed confirmation is not ours") }
        try hold(!authorisation.isValid(Array(text.utf8), as: .confirmed, on: subject), "a foreign word is not the vault's")
    }

    /// The token with one byte changed; nil when the change has no effect.
    private static func changed(_ token: String, by change: [UInt8]) -> String? {
        guard change.count >= 2, change[1] & 0x7F != 0 else { return nil }
        var bytes = Array(token.utf8)
        bytes[Int(change[0]) % bytes.count] ^= change[1] & 0x7F
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func checkCodings(_ text: String) throws(Breach) {
        if let bytes = Base64URL.bytes(of: text) {
            try hold(Base64URL.text(of: bytes).isSame(as: text), "bytes have one text in base64")
        }
        if let id = LetterID(text) { try hold(id.description.isSame(as: text), "an id has one text") }
        if let tag = Tag(text) { try hold(Tag(tag.description) == tag, "a tag reads its own text") }
        if let day = Epoch(text) { try hold(day.description.isSame(as: text), "a day has one text") }
        if let moment = Timestamp(rfc3339: text) {
            try hold(Timestamp(rfc3339: moment.rfc3339) == moment, "a moment reads its own text")
        }
    }

    private static func checkNames(_ text: String) throws(Breach) {
        let isPlain = text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789._-".utf8.contains($0) }
        if let site = try? SiteID(text) { try hold(isPlain && site.text.isSame(as: text), "a site id is plain") }
        if let handle = try? Handle(text) { try hold(isPlain && handle.text.isSame(as: text), "a handle is plain") }
        if let colour = AccentColour(text) { try hold(AccentColour(colour.description) == colour, "a colour reads its own text") }
    }
}
