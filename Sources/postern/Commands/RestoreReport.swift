private import PosternCore
private import PosternDoctor
internal import PosternHost

extension Restore {
    /// What a person is told after a restore, and what is left to do.
    struct Report {
        private let restored: Restored
        private let backup: String
        private let keys: String?
        private let home: Home

        init(_ restored: Restored, backup: String, keys: String?, home: Home) {
            (self.restored, self.backup, self.keys, self.home) = (restored, backup, keys, home)
        }

        private static let shown = 20

        var text: String {
            ([what] + settings + keyring + lost + held + left + erased + former).joined(separator: "\n")
        }

        private var what: String {
            let moment = restored.backedUp.map { " of \($0)" } ?? ""
            return "Restored \(restored.path) (\(restored.bytes) bytes) from the backup\(moment), \(backup)."
        }

        private var settings: [String] {
            switch restored.settings {
            case "saved": ["\(home.settings) was made from the saved one. The SMTP password is in no backup: give it again."]
            case "new":
                [
                    "There were no settings here. \(home.settings) was made with those of a new installation, which sends nothing: "
                        + "write POSTERN_PUBLIC_URL, POSTERN_MAIL_FROM and POSTERN_SMTP_URL into it before you start."
                ]
            default: restored.settingsKept.map(kept) ?? []
            }
        }

        private func kept(_ names: [String]) -> [String] {
            guard let keys else { return [] }
            let saved = RecoveryFolder.settings(in: keys)
            return [
                "The saved settings, \(saved), were not taken: \(home.settings) was here before, and stays. They differ in "
                    + "\(names.joined(separator: ", ")). To take the saved ones: cp \(saved.shellWord) \(home.settings.shellWord), then "
                    + "postern config, before you start."
                    + (names.contains(Setting.database.rawValue)
                        ? " They name another place for the store: after that, restore the backup once more." : "")
            ]
        }

        private var keyring: [String] {
            var lines: [String] = []
            if let added = restored.keysAdded {
                lines.append(
                    added == 0
                        ? "The saved keys were here already."
                        : "Put \(added) saved \(added == 1 ? "key" : "keys") back from \(keys ?? "their folder").")
            }
            if let count = restored.secretsAdded, count > 0 {
                lines.append("Put \(count) own \(count == 1 ? "secret" : "secrets") of recipients back.")
            }
            if let place = restored.keysSetAside {
                lines.append("The keys of the installation that was here open nothing in this store; they are now in \(place).")
            }
            if let place = restored.formerJournal {
                lines.append("The journal that one of them signed cannot go on and is in \(place); another one begins.")
            }
            if restored.madeKeys?.isEmpty == false {
                lines.append(
                    "New keys were made, which open nothing that was sealed before. Save them: postern keys export-recovery FOLDER"
                )
                if !restored.addressKeys.isEmpty {
                    lines.append(
                        "No recipient can be reached until their address is given again: postern recipient list, and for each "
                            + "postern recipient add.")
                }
            }
            return lines
        }

        private var lost: [String] {
            guard restored.lostCount > 0 else { return [] }
            return [
                "\(letters(restored.lostCount)) that had not been delivered cannot be opened any more, since the keys of their days "
                    + "are in no backup. They end as failed:"
            ] + table(restored.lost, of: restored.lostCount, more: "postern queue list --state failed")
        }

        private var held: [String] {
            var lines: [String] = []
            if restored.endedSince > 0 {
                lines.append(
                    "\(letters(restored.endedSince)) ended after the backup, as the former store says, and are not sent again.")
            }
            if restored.held > 0 {
                lines.append(
                    "\(letters(restored.held)) \(restored.held == 1 ? "is" : "are") held: each may have been delivered after the "
                        + "backup was made, and would arrive twice. See them: postern queue list --held. "
                        + "Send them: postern queue release --all. Drop them: postern queue drop --all")
            }
            return lines
        }

        private var left: [String] {
            guard restored.leftCount > 0, let former = restored.replaced else { return [] }
            return [
                "\(letters(restored.leftCount)) accepted after the backup and not delivered "
                    + "\(restored.leftCount == 1 ? "is" : "are") in the former store alone:"
            ] + table(restored.left, of: restored.leftCount, more: nil) + [
                "To go back to that store: postern restore \(former.shellWord)"
            ]
        }

        private var erased: [String] {
            let taken = restored.formerRecords == nil ? [] : [RecoveryFolder.takenOver]
            guard let erased = restored.erasedAgain, !erased.isEmpty else { return taken }
            return taken + ["Erased again, since the vault remembers that they were erased: \(erased.joined(separator: ", "))."]
        }

        private var former: [String] {
            restored.replaced.map { former in
                [
                    "The former store is kept as \(former). It has everyone who was erased since the backup, and earlier ones may have "
                        + "others. Once all is well: rm \(former.shellWord)*"
                ]
            } ?? []
        }

        private func letters(_ count: Int) -> String { count == 1 ? "1 letter" : "\(count) letters" }

        private func table(_ named: [Restored.Letter], of count: Int, more: String?) -> [String] {
            let lines = named.prefix(Self.shown).map { "    \($0.id)  \($0.recipient)  accepted \($0.accepted)" }
            let rest = count - lines.count
            return lines + (rest > 0 ? ["    and \(rest) more" + (more.map { ": \($0)" } ?? "")] : [])
        }
    }
}
