/// Files and folders with the mode and owner each must have.
package struct ModeFacts: Sendable {
    package struct Place: Equatable, Sendable {
        package enum Rule: Equatable, Sendable {
            /// Exactly this mode; what reads it refuses any other.
            case exactly(UInt32)
            /// No right beyond these.
            case atMost(UInt32)
        }

        package let path: String
        package let rule: Rule
        /// Whose it must be; nil for anybody's.
        package let owner: String?
        /// How it is; nil when it is not there.
        package let mode: UInt32?
        package let actualOwner: String?
        /// What to do when it is not there; nil where it need not be.
        package let remedy: Remedy?

        package init(path: String, rule: Rule, owner: String?, mode: UInt32?, actualOwner: String?, remedy: Remedy? = nil) {
            (self.path, self.rule, self.owner) = (path, rule, owner)
            (self.mode, self.actualOwner, self.remedy) = (mode, actualOwner, remedy)
        }
    }

    package let places: [Place]
    /// Folders whose content this user may not see.
    package let hidden: [String]

    package init(places: [Place], hidden: [String]) {
        (self.places, self.hidden) = (places, hidden)
    }

    package var findings: [Finding] {
        let faults = places.compactMap(fault)
        let unseen = hidden.map { Finding.skipped(.modes, because: "this user may not look into \($0)", .asRoot) }
        guard faults.isEmpty else { return faults + unseen }
        let seen = places.count { $0.mode != nil }
        guard unseen.isEmpty, seen > 0 else { return unseen }
        return [.ok(.modes, "\(seen) files and folders have the modes and owners they need")]
    }

    private func fault(_ place: Place) -> Finding? {
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
            commands.append("chown \(owner) \(place.path.shellWord)")
        }
        guard !problems.isEmpty else { return nil }
        return .fail(.modes, "\(place.path) \(problems.joined(separator: ", and "))", Remedy("As root:", commands: commands))
    }

    private func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
