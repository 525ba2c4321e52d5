internal import PosternCore
private import PosternLink
private import PosternRelay
private import PosternVault

/// The own secrets of recipients, without which their addresses do not open.
extension KeyCheck {
    var lackingSecrets: [Finding] {
        // Without the key that the addresses are sealed to, that is what matters.
        guard let secrets, let users, lacking.isEmpty else { return [] }
        guard secrets.held < users.count || secrets.damaged > 0 else { return [] }
        let problem =
            secrets.held == 0
            ? "there are no own secrets of recipients beside \(folder) (records-secrets)"
            : secrets.damaged > 0
                ? "\(secrets.damaged) of the own secrets of recipients (records-secrets) are damaged"
                : "of the own secrets of recipients (records-secrets) there are \(secrets.held), and at least \(users.count) are needed"
        return [
            .fail(
                .keys, "\(problem): letters to \(Self.people(users.some)) are held where theirs is missing",
                Remedy(
                    "With the service stopped, put the saved keys back, which have the own secrets too. If they are lost for good, give "
                        + "each address again: postern recipient add HANDLE --replace.",
                    commands: ["postern keys import-recovery FOLDER"]))
        ]
    }

    /// What is said of the second place while it is as the vault's own file, and not lost with it; nil otherwise.
    var currentCopy: String? {
        guard let report = copy?.report, report.path == copy?.path, report.problem == nil, !report.isOnSameDisk else {
            return nil
        }
        let moment = report.current.map { ", last compared at \($0.rfc3339)" } ?? ""
        return "the own secrets of recipients are in \(report.path) too\(moment)"
    }

    /// What is wrong with the second place.
    var copyFindings: [Finding] {
        guard let copy else { return [] }
        guard let report = copy.report, report.path == copy.path else {
            return [
                .warn(
                    .savedKeys, "the running vault keeps no own secrets in \(copy.path) (POSTERN_SECRETS_COPY)",
                    Remedy("It takes the setting at its start: restart the service."))
            ]
        }
        if let problem = report.problem {
            let last = report.current.map { "last the same at \($0.rfc3339)" } ?? "not the same since the vault's start"
            return [
                HealthCheck.finding(
                    .secretsCopy("\(report.path), \(last): \(problem.reason)", remedy: problem.remedy), as: .savedKeys)
            ]
        }
        guard report.isOnSameDisk else { return [] }
        return [
            .warn(
                .savedKeys,
                "\(report.path) (POSTERN_SECRETS_COPY) is on the same file system as the vault's home, and lost with it",
                Remedy(
                    "Name a file on another disk or machine; or mount its disk, if it is not mounted, and restart the service."))
        ]
    }

    /// Said once a saved copy is a week old, where no second place is current: who saves the keys as often as the store never hears of it.
    /// - Parameter saved: when the keys were, where nobody knows of the secrets.
    func unsavedSecrets(since saved: Timestamp, _ save: Remedy) -> Finding? {
        guard let secrets else { return nil }
        let (count, moment) = (secrets.places - (secrets.saved ?? 0), secrets.savedAt ?? saved)
        guard count > 0, now >= moment + .days(Int64(Self.daysToSave)) else { return nil }
        return .warn(
            .savedKeys,
            "the saved keys are of \(moment.rfc3339), and \(count == 1 ? "one recipient has" : "\(count) recipients have") come since: if "
                + "this disk is lost, their addresses must be given again",
            save)
    }
}
