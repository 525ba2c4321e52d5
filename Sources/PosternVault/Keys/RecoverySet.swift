package import FoundationEssentials
internal import PosternCore
private import PosternSealing

/// What an operator keeps elsewhere for the loss of the machine: the keys that last, what the vault remembers of its authorisations, and
/// the own secrets of recipients. Keys of days are not in it: they are destroyed on purpose, and what they sealed is then gone everywhere.
/// Of somebody who is erased afterwards it still has the secret, until it is made again.
///
/// It holds keys in the clear, as their files do, and passes between two processes of one command.
package struct RecoverySet: Codable, Sendable, Unprintable {
    /// Key files, by name.
    package var keys: [String: Data]
    /// The vault's memory; nil where there is none.
    package var records: Data?
    /// The own secrets; nil where there are none.
    package var secrets: Data?
    /// Their second place (`OwnSecretCopy`), with those of who came since; nil where there is none.
    package var copy: Copy?

    package struct Copy: Codable, Sendable {
        package let content: Data
        /// What it is called, for what is wrong with it.
        package let name: String

        package init(_ content: Data, named name: String) {
            self.content = content
            self.name = name
        }
    }

    package init(keys: [String: Data], records: Data?, secrets: Data?, copy: Copy? = nil) {
        self.keys = keys
        self.records = records
        self.secrets = secrets
        self.copy = copy
    }

    /// Where the own secrets are, beside a memory.
    package static func secrets(beside records: String) -> String { OwnSecretFile.path(beside: records) }

    /// As the vault's user, whether or not the vault runs: its memory only grows, and what a batch lacks at its end is cut; an own secret is
    /// whole or not there. Changes nothing in the folder, which is the running vault's.
    /// - Returns: also what is wrong with keys that last and cannot be used; they are not in the set.
    /// - Throws: `FileFault` when the folder cannot be read; `KeyFaults` when nothing in it can be used.
    package static func reading(
        _ folder: KeyFolder, records: String
    ) throws -> (set: RecoverySet, faults: [KeyFault]) {
        let (loaded, faults) = try folder.look()
        let lasting = loaded.filter { !$0.key.kind.isPerEpoch }
        guard !lasting.isEmpty else { throw KeyFaults(all: [KeyFault(path: folder.path, reason: .noneOfKind("address"))]) }
        let keys = lasting.map { (KeyFile.name(of: $0.key), KeyFile.text(of: $0.key).withBytes { Data($0) }) }
        return (
            RecoverySet(
                keys: Dictionary(keys) { first, _ in first }, records: try RecordFile.content(at: records),
                secrets: try RecordFile.content(at: secrets(beside: records))),
            faults.filter { $0.name?.kind.isPerEpoch == false }
        )
    }

    /// - Parameter folder: where its files are, for what is wrong with them.
    /// - Throws: `KeyFaults`.
    package func parsed(from folder: String) throws(KeyFaults) -> [HeldKey] {
        var (held, faults) = ([HeldKey](), [KeyFault]())
        for (name, content) in keys.sorted(by: { $0.key < $1.key }) {
            do throws(KeyFault.Reason) {
                held.append(HeldKey(try KeyFile.key(from: SecretBytes(content), named: name)))
            } catch {
                faults.append(KeyFault(path: "\(folder)/\(name)", reason: error))
            }
        }
        let kinds = Set(held.map { $0.key.kind })
        for kind in [KeyKind.opening(.address), .authorisation] where !kinds.contains(kind) && faults.isEmpty {
            faults.append(KeyFault(path: folder, reason: .noneOfKind(kind.name)))
        }
        guard faults.isEmpty else { throw KeyFaults(all: faults) }
        return held
    }
}

/// Which keys there are, as far as a restore must know.
package struct KeyHoldings: Codable, Sendable {
    /// Ids of the address keys.
    package var address: Set<String> = []
    /// Ids of all keys that last.
    package var lasting: Set<String> = []
    /// Days whose letters can be opened.
    package var letterDays: Set<Int32> = []

    package init(_ held: [HeldKey]) {
        for key in held {
            switch key.key.kind {
            case .opening(.letter): if let epoch = key.key.epoch { letterDays.insert(epoch.day) }
            case .opening(.address): address.insert(key.key.id.description)
            default: break
            }
            if !key.key.kind.isPerEpoch { lasting.insert(key.key.id.description) }
        }
    }
}
