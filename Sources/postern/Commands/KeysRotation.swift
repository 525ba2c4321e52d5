internal import ArgumentParser
internal import PosternCore
internal import PosternHost
internal import PosternLink
internal import PosternRelay

extension KeysCommand {
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key to seal recipients' addresses to.",
            discussion: """
                Once a year, and whenever somebody may have got hold of the present one. Everything new is sealed to the new key at \
                once. The service seals the addresses that there are again, in the background, while letters go out; the former key \
                opens them meanwhile. How far it is: postern keys status. Afterwards postern keys retire destroys the former key.
                """)

        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = try home.caller()
            let vault = OperatorCaller(home: home.folder, users: caller.users)
            let former = try await vault.keys().keys.filter(\.isFormer)
            let seals = caller.hasStore ? try await caller.seals() : nil
            let waiting = former.filter { seals?.need(of: $0.id).recipients ?? 0 > 0 }
            if let first = waiting.first {
                let count = seals?.recipients(of: waiting.map(\.id)) ?? 0
                throw Exit.data.saying(
                    "a rotation is under way: the addresses of \(count) recipients are still sealed to the former key \(first.id)\n"
                        + "    No key was made. See how far it is with postern keys status, and try again when none is left.")
            }
            let keys = try await vault.rotateAddressKey().keys
            let key = keys.first { $0.kind == "address" && !$0.isFormer }?.id ?? "–"
            let count = seals.map { $0.recipients(of: $0.needs.map(\.id)) } ?? 0
            Terminal.say(
                """
                Made address key \(key). Everything new is sealed to it.
                It is in no saved copy of the keys yet. Save them again now: postern keys export-recovery FOLDER
                The addresses of \(count) recipients are sealed again in the background while the service runs, from half a minute on. \
                Letters go out meanwhile.
                How far it is: postern keys status
                When nothing needs the former key any more, destroy it: postern keys retire
                Backups of the store from before then need the former key: keep the keys that were saved until now, apart from them, for \
                as long as such a backup.
                """)
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Destroy former address keys that nothing in the store needs any more.",
            discussion: """
                A backup that was made while addresses were sealed to such a key opens with keys that were saved before, and with \
                nothing else.
                """)

        @OptionGroup var home: HomeOption

        func run() async throws {
            let caller = try home.caller()
            let vault = OperatorCaller(home: home.folder, users: caller.users)
            let former = try await vault.keys().keys.filter(\.isFormer)
            guard !former.isEmpty else {
                throw Exit.data.saying(
                    "there is no former address key\n    postern keys rotate makes a new one, and this one a former.")
            }
            guard caller.hasStore else {
                throw Exit.data.saying(
                    "there is no store, and nobody knows what needs a former key; none was destroyed\n"
                        + "    Put the store back first (postern restore).")
            }
            let seals = try await caller.seals()
            let needed = former.map { seals.need(of: $0.id) }.filter(\.isNeeded)
            guard needed.isEmpty else {
                throw Exit.data.saying(
                    needed.map { "\($0.words) still \($0.isOne ? "needs" : "need") address key \($0.id)" }.joined(separator: "\n")
                        + "\n    No key was destroyed. See postern keys status, and try again when nothing needs it.")
            }
            guard !seals.isSettling else {
                throw Exit.temporary.saying(
                    "the last address was sealed again a moment ago, and a mail that is being sent may need the former key\n"
                        + "    No key was destroyed. Try again in a minute.")
            }
            _ = try await vault.retire(former.map(\.id))
            let names = former.map(\.id).joined(separator: ", ")
            Terminal.say(
                """
                Destroyed \(former.count == 1 ? "address key" : "address keys") \(names).
                A backup of the store from before opens with keys that were saved before, and with nothing else.
                """)
        }
    }
}

extension ControlCaller {
    /// Without a store there is nobody to ask about, and none is to be made.
    var hasStore: Bool { configuration.database.file.map { FileStatus(path: $0) != nil } ?? true }

    /// - Throws: as `ask` does.
    func seals() async throws -> SealsView { try await ask(.countSeals) }
}

/// The form in which `keys status --json` prints it.
struct KeyStatus: Encodable {
    let keys: [KeyReport.Key]
    /// Nil where the store could not be asked.
    let seals: SealsView?
}

/// What `keys status` says below its table.
struct AddressKeyWords {
    private let present: KeyReport.Key?
    private let former: [KeyReport.Key]
    private let seals: SealsView?
    private let now: Timestamp

    init(_ report: KeyReport, _ seals: SealsView?, now: Timestamp) {
        let addresses = report.keys.filter { $0.kind == "address" }
        present = addresses.first { !$0.isFormer }
        former = addresses.filter(\.isFormer)
        self.seals = seals
        self.now = now
    }

    /// Empty where there is nothing to say.
    var text: String {
        let paragraphs = [age, needs, refused].filter { !$0.isEmpty }
        return paragraphs.map { "\n\n" + $0.joined(separator: "\n") }.joined()
    }

    private var age: [String] {
        guard let present, let made = present.made, now.since(made) > .days(365) else { return [] }
        return ["Address key \(present.id) was made on \(Epoch(containing: made)). Make another once a year: postern keys rotate"]
    }

    private var needs: [String] {
        guard let seals else { return [] }
        var lines = former.map { key in
            let need = seals.need(of: key.id)
            return need.isNeeded
                ? "\(need.words) still \(need.isOne ? "needs" : "need") the former address key \(key.id)."
                : "0 records need the former address key \(key.id); postern keys retire destroys it."
        }
        if let present, let need = seals.needs.first(where: { $0.id == present.id }), need.formerForm > 0 {
            lines.append(
                "\(need.formerForm) addresses are still in the form of an earlier version, without a secret of their owner's.")
        }
        let isWaiting = lines.count > former.count || former.contains { seals.need(of: $0.id).recipients > 0 }
        if isWaiting {
            lines.append(
                seals.standing.map { $0.isUnderWay ? "They are being sealed again: \($0.resealed) so far." : "" }
                    ?? "The service seals them again while it runs.")
        }
        if former.contains(where: { seals.need(of: $0.id).changes > 0 }) {
            lines.append("A change of an address ends by itself, three days after it was asked for.")
        }
        return lines.filter { !$0.isEmpty }
    }

    private var refused: [String] {
        guard let standing = seals?.standing, standing.refused > 0 else { return [] }
        // On one line each, whatever the relay says.
        let names = standing.some.map { "  \($0.recipient): \($0.why)".split(whereSeparator: \.isNewline).joined(separator: " ") }
        let rest = standing.refused > names.count ? ["  and \(standing.refused - names.count) more"] : []
        return ["These could not be sealed again (\(standing.refused)):"] + names + rest
    }
}

extension SealsView.Need {
    /// `12 records`, or what there is.
    var words: String {
        let parts = [
            recipients > 0 ? "\(recipients) \(recipients == 1 ? "record" : "records")" : nil,
            changes > 0 ? "\(changes) \(changes == 1 ? "change of an address" : "changes of addresses")" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? "0 records" : parts.joined(separator: " and ")
    }

    var isOne: Bool { recipients == 1 && changes == 0 || recipients == 0 && changes == 1 }
}
