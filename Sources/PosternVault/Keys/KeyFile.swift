private import Glibc
package import PosternCore
private import PosternSealing

/// A key as a file: a few lines of text that a person can read, with the secret in base64.
///
/// The name says what is inside (`letter-2026-11-24-9f3a6c01d2e4b587.key`). The id in it is the fingerprint of the key, so that a
/// file that was swapped or renamed is detected when it is read.
package enum KeyFile {
    package static let ending = ".key"
    private static let head = "postern key, version 1"
    private static let newline = UInt8(ascii: "\n")

    package static func name(of key: borrowing VaultKey) -> String {
        let epoch = key.epoch.map { "\($0)-" } ?? ""
        return "\(key.kind.name)-\(epoch)\(key.id)\(ending)"
    }

    package static func text(of key: borrowing VaultKey) -> SecretBytes {
        var lines = [head, "kind: \(key.kind.name)"]
        if let suite = key.sealing?.suite { lines.append("suite: \(suite.name)") }
        if let epoch = key.epoch { lines.append("epoch: \(epoch)") }
        if let made = key.made { lines.append("made: \(made.rfc3339)") }
        lines += ["id: \(key.id)", "secret: "]
        let open = Array(lines.joined(separator: "\n").utf8)
        let secret = key.secret
        return SecretBytes(capacity: open.count + secret.encodedCount + 1) { text in
            text.copyBytes(from: open)
            secret.encode(into: UnsafeMutableRawBufferPointer(rebasing: text.dropFirst(open.count)))
            text[text.count - 1] = newline
            return text.count
        }
    }

    /// - Parameter name: the file's name, which the content must match.
    package static func key(from file: SecretBytes, named name: String) throws(KeyFault.Reason) -> VaultKey {
        var fields: [String: String] = [:]
        var read: SecretBytes?
        try file.withBytes { bytes throws(KeyFault.Reason) in
            var lines = bytes.split(separator: newline, omittingEmptySubsequences: false)[...]
            guard lines.popFirst()?.elementsEqual(head.utf8) == true else { throw .notAKeyFile }
            for line in lines where !line.isEmpty {
                let field = line.prefix { $0 != UInt8(ascii: ":") }
                let value = line.dropFirst(field.count + 1).drop { $0 == UInt8(ascii: " ") }
                guard field.count < line.count else { throw .notAKeyFile }
                if field.elementsEqual("secret".utf8) {
                    guard read == nil, let secret = SecretBytes(base64: value) else { throw .notAKeyFile }
                    read = secret
                } else {
                    let text = String(decoding: value, as: UTF8.self)
                    let isNew = fields.updateValue(text, forKey: String(decoding: field, as: UTF8.self)) == nil
                    guard isNew else { throw .notAKeyFile }
                }
            }
        }
        guard let kind = fields["kind"].flatMap(KeyKind.init(name:)), let id = fields["id"], let secret = read else {
            throw .notAKeyFile
        }
        var epoch: Epoch?
        if let date = fields["epoch"] {
            guard let parsed = Epoch(date) else { throw .notAKeyFile }
            epoch = parsed
        }
        var made: Timestamp?
        if let text = fields["made"] {
            guard let moment = Timestamp(rfc3339: text) else { throw .notAKeyFile }
            made = moment
        }
        var suite = Suite.x25519
        if let text = fields["suite"] {
            guard let parsed = Suite(name: text) else { throw .notAKeyFile }
            suite = parsed
        }
        let key: VaultKey
        do { key = try VaultKey(kind, suite: suite, epoch: epoch, made: made, secret: secret) } catch { throw .notAKeyFile }
        guard key.id.description == id else { throw .damaged }
        let ownName = Self.name(of: key)
        guard ownName == name else { throw .swapped(with: ownName) }
        return key
    }
}

/// What the name of a key's file says: `letter-2026-11-24-9f3a6c01d2e4b587.key`.
package struct KeyName: Equatable, Sendable {
    package let kind: KeyKind
    package let epoch: Epoch?
    package let id: String

    /// Nil when no key of ours is called that.
    package init?(file: String) {
        guard file.hasSuffix(KeyFile.ending) else { return nil }
        let parts = file.dropLast(KeyFile.ending.count).split(separator: "-", omittingEmptySubsequences: false)
        guard let kind = parts.first.flatMap({ KeyKind(name: String($0)) }), let id = parts.last, parts.count > 1 else {
            return nil
        }
        let epoch = Epoch(parts.dropFirst().dropLast().joined(separator: "-"))
        guard (epoch != nil) == kind.isPerEpoch, id.utf8.count == 2 * KeyID.length else { return nil }
        self.kind = kind
        self.epoch = epoch
        self.id = String(id)
    }
}

/// A key file that cannot be used. It names the file and says what to do: this is read at a bad moment.
package struct KeyFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Error, Equatable, Sendable {
        case missing
        case unreadable(errno: Int32)
        case mode(UInt32)
        case owner(UInt32)
        case notAKeyFile
        case damaged
        case swapped(with: String)
        case noneOfKind(String)
        case emptyPassword
    }

    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(problem): \(remedy)" }

    /// Which key it was, if the file's name says so.
    package var name: KeyName? { path.split(separator: "/").last.flatMap { KeyName(file: String($0)) } }

    /// Whether the key itself is gone, unless somebody puts it back. Otherwise its file is as it was, and cannot be read as it
    /// stands.
    package var isLoss: Bool {
        switch reason {
        case .missing, .notAKeyFile, .damaged: true
        case .unreadable, .mode, .owner, .swapped, .noneOfKind, .emptyPassword: false
        }
    }

    /// What cannot be done without it; nil where the name tells no kind.
    package var loss: String? {
        guard let name else { return nil }
        let day = name.epoch.map { " of \($0)" } ?? ""
        return switch name.kind {
        case .opening(.letter):
            "letters\(day) that have not been delivered cannot be opened; each "
                + (isLoss
                    ? "ends as failed, with that reason, when it is due or, where it is held, released"
                    : "is held, with that reason")
        case .opening(.evidence): "the client addresses\(day) in the log can no longer be opened"
        case .opening(.report): "the letters in reports\(day) can no longer be read"
        case .tag: "clients\(day) in the log can no longer be compared"
        case .opening(.address):
            "recipients whose addresses are sealed to it cannot be reached; letters to them are held, with that reason"
        case .authorisation: "what it authorised does not count: letters to those recipients and sites are held"
        case .journal: "the journal's next checkpoint cannot be signed with it"
        }
    }

    package var problem: String {
        switch reason {
        case .missing: "key file \(path) is missing, though the list of keys names it"
        case .unreadable(let code): "key file \(path) cannot be read (\(String(cString: strerror(code))))"
        case .mode(let mode):
            "key file \(path) has mode \(String(mode, radix: 8)) and must have 400, so that nobody else can read it"
        case .owner(let user): "key file \(path) belongs to user \(user) and must belong to the vault's user"
        case .notAKeyFile: "\(path) is not a key file of this version"
        case .damaged: "key file \(path) is damaged (its secret does not give its id)"
        case .swapped(let other): "key file \(path) holds another key, which belongs in \(other)"
        case .emptyPassword: "\(path) is empty"
        case .noneOfKind(let kind): "\(path) holds no \(kind) key"
        }
    }

    package var remedy: String {
        switch reason {
        case .missing, .damaged, .notAKeyFile: putBack
        case .unreadable: "it must belong to the vault's user, with mode 400"
        case .mode: "chmod 400 \(path)"
        case .owner: "chown it"
        case .swapped: "somebody renamed or swapped it; name it back"
        case .emptyPassword: "write the password into its first line"
        case .noneOfKind:
            "put it back from where the keys were saved (postern keys import-recovery FOLDER); only for a new installation, run "
                + "postern init"
        }
    }

    private var putBack: String {
        guard let name, !name.kind.isPerEpoch else {
            return "put it back from a backup, if it is in one; keys of days are in none that Postern makes"
        }
        return "put it back from where the keys were saved (postern keys import-recovery FOLDER). If it is lost for good, "
            + "postern init makes another; recipients must then be added again, or confirm again"
    }
}
