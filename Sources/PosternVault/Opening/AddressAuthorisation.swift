package import Crypto
private import FoundationEssentials
package import PosternCore

/// The vault’s authorisation of a sealed record: a MAC that says whose address it is, what mails call its owner, and how far the
/// address has been proven.
///
/// HPKE's base mode does not prove who sealed: anyone with the public key can make a seal that opens. So a seal counts only with
/// this MAC, which covers site, handle, recipient, version, the seal itself, and the words that mails take from the row. A row
/// that was forged or swapped has none that fits.
package struct AddressAuthorisation: Sendable, Unprintable {
    package enum Standing: String, Sendable {
        /// Letters may go there.
        case confirmed
        /// One mail may go there: the question whether the address is theirs. The operator or their site asks, and the link in the mail
        /// confirms.
        case invited
        /// The same, begun on our page: the mail has a code to be typed there, since a program that follows links could press a button.
        case asked
    }

    package struct Subject: Sendable {
        package let site: SiteID
        package let handle: Handle
        package let recipient: RecipientID
        package let name: HeaderText
        package let language: Language
        package let version: Int32
        package let seal: [UInt8]

        package init(
            site: SiteID, handle: Handle, recipient: RecipientID, name: HeaderText, language: Language, version: Int32,
            seal: [UInt8]
        ) {
            self.site = site
            self.handle = handle
            self.recipient = recipient
            self.name = name
            self.language = language
            self.version = version
            self.seal = seal
        }

        init(_ job: DeliveryJob) {
            self.init(
                site: job.site.id, handle: job.handle, recipient: job.recipient, name: job.recipientName,
                language: job.language, version: job.record.version, seal: job.record.seal)
        }

        package init(_ recipient: Recipient, _ record: SealedRecord) {
            self.init(
                site: recipient.site, handle: recipient.handle, recipient: recipient.id, name: recipient.name,
                language: recipient.language, version: record.version, seal: record.seal)
        }

        var authorisedName: AuthorisedName { .recipient(handle, at: site) }
    }

    private struct Keys: Sendable {
        /// Has taken in the key and nothing else.
        let record: HMAC<SHA256>
        let token: SymmetricKey

        init(_ key: SymmetricKey) {
            record = HMAC(key: key)
            token = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: key, info: Array("postern confirmation token".utf8), outputByteCount: 32)
        }
    }

    /// Comes before the MAC. Before it there was none, and the MAC covered neither name nor language.
    private static let format: UInt8 = 2

    private let current: Keys
    private let all: [Keys]

    /// - Parameter former: earlier keys, under which authorisations still count.
    package init(key: SymmetricKey, former: [SymmetricKey] = []) {
        current = Keys(key)
        all = [current] + former.map(Keys.init)
    }

    package func code(_ standing: Standing, on subject: Subject) -> [UInt8] {
        code(Self.bytes(standing, subject))
    }

    /// Compares in constant time.
    package func isValid(_ authorisation: [UInt8], as standing: Standing, on subject: Subject) -> Bool {
        isValid(authorisation, Self.bytes(standing, subject))
    }

    /// What an earlier version of the program gave. It counts only while such records are adopted.
    func isValidWithoutWords(_ authorisation: [UInt8], as standing: Standing, on subject: Subject) -> Bool {
        isMAC(authorisation[...], Self.bytesWithoutWords(standing, subject))
    }

    /// How far the address of the record has been proven; nil when the record is not ours.
    func standing(of recipient: Recipient, isAdopting: Bool = false) -> Standing? {
        guard let record = recipient.record else { return nil }
        let subject = Subject(recipient, record)
        return [.confirmed, .invited, .asked].first { standing in
            isValid(record.authorisation, as: standing, on: subject)
                || isAdopting && isValidWithoutWords(record.authorisation, as: standing, on: subject)
        }
    }

    private func code(_ bytes: [UInt8]) -> [UInt8] {
        [Self.format] + Self.code(of: bytes, under: current.record)
    }

    private func isValid(_ code: [UInt8], _ bytes: [UInt8]) -> Bool {
        code.first == Self.format && isMAC(code.dropFirst(), bytes)
    }

    private func isMAC(_ code: ArraySlice<UInt8>, _ bytes: [UInt8]) -> Bool {
        // The comparison takes the same time wherever they differ.
        all.contains { Self.code(of: bytes, under: $0.record) == code }
    }

    private static func code(of bytes: [UInt8], under hmac: HMAC<SHA256>) -> HMAC<SHA256>.MAC {
        var hmac = hmac
        hmac.update(data: bytes)
        return hmac.finalize()
    }

    private static func bytes(_ standing: Standing, _ subject: Subject) -> [UInt8] {
        var writer = ByteWriter(capacity: subject.seal.count + 384)
        writer.write("postern record v2")
        writer.writeRaw(bytesWithoutWords(standing, subject))
        writer.write(subject.name.text)
        writer.write(subject.language.description)
        return writer.bytes
    }

    private static func bytesWithoutWords(_ standing: Standing, _ subject: Subject) -> [UInt8] {
        var writer = ByteWriter(capacity: subject.seal.count + 256)
        writer.write("postern word v1")
        writer.write(standing.rawValue)
        writer.write(subject.site.text)
        writer.write(subject.handle.text)
        writer.write(subject.recipient)
        writer.write(subject.version)
        writer.write(subject.seal)
        return writer.bytes
    }
}

/// What mails say of a site: its name, and its first origin as a link.
extension AddressAuthorisation {
    package func site(_ site: Site, version: Int32) -> SiteAuthorisation {
        SiteAuthorisation(version: version, code: code(Self.bytes(site, version: version)))
    }

    package func isValid(_ site: Site) -> Bool {
        site.authorisation.map { isValid($0.code, Self.bytes(site, version: $0.version)) } ?? false
    }

    private static func bytes(_ site: Site, version: Int32) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write("postern site v1")
        writer.write(site.id.text)
        writer.write(version)
        writer.write(site.name.text)
        writer.write(UInt32(site.origins.count))
        for origin in site.origins { writer.write(origin.description) }
        return writer.bytes
    }
}

/// Confirmation tokens, which are part of the link that only the vault can have mailed. They prove that a mailbox was reached,
/// whatever its owner is called.
extension AddressAuthorisation {
    package static let tokenLifetime = Duration.days(14)

    /// The second since 1970 at which it ends, in base 36; a dot; 128 bits of MAC in hexadecimal.
    /// - Parameter address: the one that is asked. A new display name makes a new record of it, and the link stays good. Nil for the links
    ///   of before, which are about the record.
    package func token(for subject: Subject, at address: EmailAddress? = nil, mailed: Timestamp) -> String {
        let end = (mailed + Self.tokenLifetime).milliseconds / 1_000
        return "\(String(end, radix: 36)).\(Self.mac(of: subject, address, end: end, under: current))"
    }

    package enum TokenFault: String, Error, Sendable {
        case notOurs = "not-ours"
        case over
    }

    package func check(
        _ token: String, for subject: Subject, at now: Timestamp, address: EmailAddress? = nil
    ) throws(TokenFault) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        // Only as we write it: one confirmation has one token.
        guard parts.count == 2, let end = Int64(parts[0], radix: 36), String(end, radix: 36) == parts[0] else { throw .notOurs }
        let given = Array(parts[1].utf8)
        let isOurs = all.contains { keys in
            [nil, address].contains { address in
                ConstantTime.isEqual(Array(Self.mac(of: subject, address, end: end, under: keys).utf8), given)
            }
        }
        guard isOurs else { throw .notOurs }
        guard now <= Timestamp(seconds: end) else { throw .over }
    }

    private static func mac(of subject: Subject, _ address: EmailAddress?, end: Int64, under keys: Keys) -> String {
        var writer = ByteWriter(capacity: subject.seal.count + 512)
        if let address {
            writer.write("postern address link")
            writer.write(subject.site.text)
            writer.write(subject.handle.text)
            writer.write(subject.recipient)
            writer.write(address.text)
        } else {
            writer.write(bytesWithoutWords(.invited, subject))
        }
        writer.write(end)
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: keys.token)
        return HexDigits.text(code.prefix(16))
    }
}
