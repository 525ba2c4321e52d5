internal import Glibc
internal import PosternCore
internal import PosternHost

/// Files and folders, with the mode and owner each must have.
package enum ModeCheck {
    package struct Place: Equatable, Sendable {
        package enum Rule: Equatable, Sendable {
            /// Exactly this mode; its reader refuses any other.
            case exactly(UInt32)
            /// No permission beyond these.
            case atMost(UInt32)
        }

        package let path: String
        package let rule: Rule
        /// The owner it must have; nil for any.
        package let owner: String?
        /// The mode it has; nil when it does not exist.
        package let mode: UInt32?
        package let actualOwner: String?
        /// What to do when it does not exist; nil where it need not.
        package let remedy: Remedy?
        /// Whether what is in it must have the same owner.
        package let hasContent: Bool

        package init(
            path: String, rule: Rule, owner: String?, mode: UInt32?, actualOwner: String?, remedy: Remedy? = nil,
            hasContent: Bool = false
        ) {
            self.path = path
            self.rule = rule
            self.owner = owner
            self.mode = mode
            self.actualOwner = actualOwner
            self.remedy = remedy
            self.hasContent = hasContent
        }
    }

    /// - Parameter hidden: folders whose content this user may not see.
    package static func findings(places: [Place], hidden: [String]) -> [Finding] {
        let faults = places.compactMap(fault)
        let unseen = hidden.map { Finding.skipped(.modes, because: "this user may not look into \($0)", .asRoot) }
        guard faults.isEmpty else { return faults + unseen }
        let seen = places.count { $0.mode != nil }
        guard unseen.isEmpty, seen > 0 else { return unseen }
        return [.ok(.modes, "\(seen) files and folders have the modes and owners they need")]
    }

    private static func fault(_ place: Place) -> Finding? {
        guard let mode = place.mode else {
            return place.remedy.map { .fail(.modes, "\(place.path) is not there", $0) }
        }
        let wanted: UInt32
        let isRight: Bool
        switch place.rule {
        case .exactly(let exact): (wanted, isRight) = (exact, mode == exact)
        case .atMost(let most): (wanted, isRight) = (mode & most, mode & ~most == 0)
        }
        var problems: [String] = []
        var commands: [String] = []
        if !isRight {
            problems.append("has mode \(octal(mode)) and must have \(octal(wanted))")
            commands.append("chmod \(octal(wanted)) \(place.path.shellWord)")
        }
        if let owner = place.owner, let actual = place.actualOwner, owner != actual {
            problems.append("belongs to \(actual) and must belong to \(owner)")
            commands.append("chown \(place.hasContent ? "-R " : "")\(owner) \(place.path.shellWord)")
        }
        guard !problems.isEmpty else { return nil }
        return .fail(.modes, "\(place.path) \(problems.joined(separator: ", and "))", Remedy("As root:", commands: commands))
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// Reads the modes and owners of everything an installation consists of.
struct PlaceModes {
    let home: Home
    let owners: Owners
    /// Nil where the configuration does not tell.
    let database: DatabaseURL?
    let passwordFile: String?

    var findings: [Finding] {
        var places: [ModeCheck.Place] = []
        var hidden: [String] = []
        let (relay, vault) = (owners.relay, owners.vault)
        var misowned: [Finding] = []
        if owners.areApart, let owner = FileStatus(path: home.path)?.owner, owner != 0 {
            misowned = [
                .fail(
                    .modes, HomeFolders.misownedHome(home.path, Owners.name(of: owner)),
                    Remedy("As root, while nothing runs:", commands: ["chown root \(home.path.shellWord)"]))
            ]
        } else {
            places.append(place(home.path, owners.areApart ? .exactly(0o755) : .atMost(0o755), nil, or: .rightHome))
        }
        places.append(place(home.settings, .atMost(0o644)))
        places.append(place(home.vault, .exactly(0o700), vault, or: .keysBack, hasContent: true))
        if let status = FileStatus(path: home.vault, followingLinks: false), status.owner != vault {
            // One line for the folder, and not one more for each key in it.
        } else if let names = OpenFolder(home.path)?.folder("vault")?.folder("keys")?.names {
            places.append(place(home.keys, .exactly(0o700), vault))
            places += names.map { name in
                place("\(home.keys)/\(name)", name.hasSuffix(".key") ? .exactly(0o400) : .atMost(0o600), vault)
            }
            places.append(place(home.vaultLock, .atMost(0o600), vault))
        } else if errno == EACCES {
            hidden.append(home.vault)
        } else {
            places.append(place(home.keys, .exactly(0o700), vault, or: .keysBack))
        }
        let shared: UInt32 = owners.areApart ? 0o755 : 0o700
        places += [
            place(home.run, .atMost(shared)), place(home.relayRun, .exactly(0o700), relay),
            place(home.vaultRun, .exactly(owners.areApart ? 0o710 : 0o700), vault),
            place(home.operatorRun, .exactly(0o700), vault),
            place(home.controlSocket, .exactly(0o600), relay), place(home.operatorSocket, .exactly(0o600), vault),
            // With two users, only the vault and the relay's group may enter its folder, and the socket checks the user of its peer.
            place(home.vaultSocket, .atMost(owners.areApart ? 0o666 : 0o600), vault),
        ]
        if let database {
            if database.file == home.standardStore {
                places.append(place(home.store, .exactly(0o700), relay, hasContent: true))
            }
            if database.file != home.standardStore || FileStatus(path: home.store, followingLinks: false)?.owner == relay {
                places += database.files.map { place($0, .atMost(0o600), relay) }
            }
        }
        if let passwordFile {
            places.append(
                place(passwordFile, .exactly(0o400), vault, or: "Write the password for the smarthost into it, mode 0400."))
        }
        return misowned + ModeCheck.findings(places: places, hidden: hidden)
    }

    private func place(
        _ path: String, _ rule: ModeCheck.Place.Rule, _ owner: uid_t? = nil, or remedy: Remedy? = nil, hasContent: Bool = false
    ) -> ModeCheck.Place {
        let status = FileStatus(path: path, followingLinks: false)
        // A folder that this user may not read hides its files. The folder has a finding of its own.
        let missing = errno == EACCES ? nil : remedy
        return ModeCheck.Place(
            path: path, rule: rule, owner: owner.map(Owners.name), mode: status?.mode,
            actualOwner: status.map { Owners.name(of: $0.owner) }, remedy: missing, hasContent: hasContent)
    }
}
