package import Crypto
package import PosternCore

/// What the vault puts into mails to members, and into the hands of sites, so that it knows a wish of theirs again: MACs under keys that
/// are derived from the authorisation key. Nobody else can make one, and the relay cannot keep one from ending.
package struct MemberCodes: Sendable, Unprintable {
    private struct Keys: Sendable {
        let token, change, site, code: SymmetricKey

        init(_ key: SymmetricKey) {
            func derived(_ use: String) -> SymmetricKey {
                HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array("postern member, \(use)".utf8), outputByteCount: 32)
            }
            (token, change, site, code) = (derived("token"), derived("change"), derived("site"), derived("code"))
        }
    }

    /// Whose record a token or a change is about. Without its version: a new display name does not end a session.
    package struct Member: Hashable, Sendable {
        package let site: SiteID
        package let handle: Handle
        package let recipient: RecipientID

        package init(_ recipient: Recipient) {
            (site, handle, self.recipient) = (recipient.site, recipient.handle, recipient.id)
        }

        init(_ job: DeliveryJob) {
            (site, handle, recipient) = (job.site.id, job.handle, job.recipient)
        }

        fileprivate func write(to writer: inout ByteWriter) {
            writer.write(site.text)
            writer.write(handle.text)
            writer.write(recipient)
        }
    }

    private let current: Keys
    private let all: [Keys]

    /// - Parameter former: earlier keys, under which what was made still counts.
    package init(key: SymmetricKey, former: [SymmetricKey] = []) {
        current = Keys(key)
        all = [current] + former.map(Keys.init)
    }

    // MARK: - Tokens in links

    /// - Parameter id: what the token was mailed for; its moment is the one from which its time runs.
    package func token<Kind>(_ purpose: MailedToken.Purpose, _ id: Identifier<Kind>, of member: Member) -> MailedToken? {
        MailedToken(id, code: Self.half(Self.bytes(purpose, id.bytes, member), under: current.token))
    }

    /// Compares in constant time.
    package func isValid(_ token: MailedToken, for purpose: MailedToken.Purpose, of member: Member) -> Bool {
        let bytes = Self.bytes(purpose, token.id.bytes, member)
        return all.contains { ConstantTime.isEqual(Self.half(bytes, under: $0.token), token.code) }
    }

    /// The link of a mail with a code. It is about the address as well: it shows that this one was reached.
    package func holder<Kind>(_ id: Identifier<Kind>, of member: Member, at address: EmailAddress) -> MailedToken? {
        MailedToken(id, code: Self.half(Self.bytes(id.bytes, member, address), under: current.token))
    }

    /// Compares in constant time.
    package func isHolder(_ token: MailedToken, of member: Member, at address: EmailAddress) -> Bool {
        let bytes = Self.bytes(token.id.bytes, member, address)
        return all.contains { ConstantTime.isEqual(Self.half(bytes, under: $0.token), token.code) }
    }

    private static func bytes(_ id: [UInt8], _ member: Member, _ address: EmailAddress) -> [UInt8] {
        var writer = ByteWriter(capacity: 512)
        writer.write(MailedToken.Purpose.code.rawValue)
        writer.writeRaw(subject(member, address))
        writer.write(id)
        return writer.bytes
    }

    private static func bytes(_ purpose: MailedToken.Purpose, _ id: [UInt8], _ member: Member) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(purpose.rawValue)
        member.write(to: &writer)
        writer.write(id)
        return writer.bytes
    }

    // MARK: - Changes of address

    /// Names a change, and shows later which record was the newest when it was asked for: the relay cannot name a change that nobody
    /// asked for, nor one of an older record. 48 bits of moment, 80 bits of MAC.
    package func change(from former: SealedRecord, of member: Member, at moment: Timestamp) -> AddressChangeID {
        Self.change(from: former, of: member, at: moment, under: current)
    }

    package func isChange(_ id: AddressChangeID, from former: SealedRecord, of member: Member) -> Bool {
        all.contains { ConstantTime.isEqual(Self.change(from: former, of: member, at: id.moment, under: $0).bytes, id.bytes) }
    }

    private static func change(
        from former: SealedRecord, of member: Member, at moment: Timestamp, under keys: Keys
    ) -> AddressChangeID {
        var writer = ByteWriter(capacity: former.seal.count + 256)
        writer.write(moment.milliseconds)
        member.write(to: &writer)
        writer.write(former.version)
        writer.write(former.seal)
        let code = Array(HMAC<SHA256>.authenticationCode(for: writer.bytes, using: keys.change))
        let number = { (bytes: ArraySlice<UInt8>) in bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        let time = UInt64(clamping: moment.milliseconds) & 0xFFFF_FFFF_FFFF
        return AddressChangeID(high: time << 16 | number(code[..<2]), low: number(code[2..<10]))
    }

    // MARK: - Credentials of sites

    package func siteToken(_ id: SiteTokenID, of site: SiteID, for scope: SiteToken.Scope) -> SiteToken? {
        SiteToken(id, code: Self.half(Self.bytes(id, site, scope), under: current.site))
    }

    /// Compares in constant time.
    package func isValid(_ token: SiteToken, of site: SiteID, for scope: SiteToken.Scope) -> Bool {
        let bytes = Self.bytes(token.id, site, scope)
        return all.contains { ConstantTime.isEqual(Self.half(bytes, under: $0.site), token.code) }
    }

    private static func bytes(_ id: SiteTokenID, _ site: SiteID, _ scope: SiteToken.Scope) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write(site.text)
        writer.write(scope.rawValue)
        writer.write(id)
        return writer.bytes
    }

    // MARK: - Codes that are typed

    package static let codeDays = MailedCode.days

    func code(of subject: [UInt8], on day: Epoch) -> MailedCode { Self.code(of: subject, on: day, under: current) }

    func isCode(_ code: MailedCode, of subject: [UInt8], at now: Timestamp) -> Bool {
        let today = Epoch(containing: now)
        let days = (0..<Self.codeDays).map { Epoch(day: today.day - $0) }
        // All of them, whichever it is: each comparison takes the same time.
        let right = all.flatMap { keys in days.map { Self.code(of: subject, on: $0, under: keys).text } }
        return right.map { ConstantTime.isEqual(Array($0.utf8), Array(code.text.utf8)) }.contains(true)
    }

    private static func code(of subject: [UInt8], on day: Epoch, under keys: Keys) -> MailedCode {
        var writer = ByteWriter(capacity: subject.count + 16)
        writer.write(day.day)
        writer.write(subject)
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: keys.code)
        return MailedCode(code.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// The code that confirms an address which was asked for on our page. It is about the person and the address, so that a new display
    /// name leaves it as it is.
    /// - Parameter day: on which the mail was asked for. Asked for again on that day, it is the same: two mails may come in either order.
    package func code(for member: Member, at address: EmailAddress, on day: Epoch) -> MailedCode {
        code(of: Self.subject(member, address), on: day)
    }

    func isCode(_ code: MailedCode, for member: Member, at address: EmailAddress, now: Timestamp) -> Bool {
        isCode(code, of: Self.subject(member, address), at: now)
    }

    /// What wrong codes for an address are counted by: it tells nobody the address.
    func digest(of member: Member, at address: EmailAddress) -> KeyedDigest {
        KeyedDigest(of: Array("tries".utf8) + Self.subject(member, address), under: current.code)
    }

    private static func subject(_ member: Member, _ address: EmailAddress) -> [UInt8] {
        var writer = ByteWriter(capacity: 512)
        writer.write("address")
        member.write(to: &writer)
        writer.write(address.text)
        return writer.bytes
    }

    /// The code with which a letter's writer proves the address.
    package func code(of letter: LetterID, from visitor: EmailAddress, at site: SiteID, on day: Epoch) -> MailedCode {
        code(of: Self.subject(letter, visitor, site), on: day)
    }

    func isCode(_ code: MailedCode, of letter: LetterID, from visitor: EmailAddress, at site: SiteID, now: Timestamp) -> Bool {
        isCode(code, of: Self.subject(letter, visitor, site), at: now)
    }

    private static func subject(_ letter: LetterID, _ visitor: EmailAddress, _ site: SiteID) -> [UInt8] {
        var writer = ByteWriter(capacity: 384)
        writer.write("letter")
        writer.write(site.text)
        writer.write(letter)
        writer.write(visitor.text)
        return writer.bytes
    }

    // MARK: -

    private static func half(_ bytes: [UInt8], under key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(16))
    }
}
