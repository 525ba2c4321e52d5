private import Glibc
private import PosternCore
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
        var suite = Suite.x25519
        if let text = fields["suite"] {
            guard let parsed = Suite(name: text) else { throw .notAKeyFile }
            suite = parsed
        }
        let key: VaultKey
        do { key = try VaultKey(kind, suite: suite, epoch: epoch, secret: secret) } catch { throw .notAKeyFile }
        guard key.id.description == id else { throw .damaged }
        let ownName = Self.name(of: key)
        guard ownName == name else { throw .swapped(with: ownName) }
        return key
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
        case .missing, .damaged: "put it back from the backup of the vault's home"
        case .unreadable: "it must belong to the vault's user"
        case .mode: "chmod 400 \(path)"
        case .owner: "chown it"
        case .notAKeyFile: "put the right one back from the backup of the vault's home"
        case .swapped: "somebody renamed or swapped it; name it back"
        case .emptyPassword: "write the password into its first line"
        case .noneOfKind: "put it back from the backup; only for a new installation, run postern init"
        }
    }
}
