extension SettingReader {
    /// Its faults never repeat what was written, which may have a password in it.
    mutating func database(home: String) -> DatabaseURL {
        let standard = DatabaseURL.sqlite(path: "\(home)/store/postern.sqlite")
        guard let text = text(.database) else { return standard }
        do {
            let database = try DatabaseURL(text)
            // Where the store was before it had a folder of its own: a setting that names that place means the standard one.
            return database == .sqlite(path: "\(home)/postern.sqlite") ? standard : database
        } catch {
            fault(.database, "\(error)", "Write sqlite:PATH, with the whole path, or leave the line out for \(standard).")
            return standard
        }
    }

    mutating func retention() -> Configuration.Retention {
        Configuration.Retention(
            letters: lettersRetention(), evidence: span(.retentionEvidence, standard: .days(90)),
            outcomes: span(.retentionOutcomes, standard: .days(180)), reports: span(.retentionReports, standard: .days(90)))
    }

    /// Letters must be kept longer than they are tried, or waiting letters would lose their key.
    private mutating func lettersRetention() -> Duration {
        let least = RetrySchedule.standard.lifetime + .days(1)
        return value(
            .retentionLetters, standard: .days(28),
            remedy:
                "Write a number of days, as in 28d; at least \(least.span), since letters are tried for \(RetrySchedule.standard.lifetime.span)."
        ) { text in
            Duration(span: text).flatMap { $0 >= least ? $0 : nil }
        }
    }

    mutating func span(_ setting: Setting, standard: Duration) -> Duration {
        value(setting, standard: standard, remedy: "Write a number and s, m, h or d, as in \(standard.span).") {
            Duration(span: $0)
        }
    }

    mutating func journalCopy(outside home: String) -> JournalCopyPlace? {
        value(
            .journalCopy, standard: nil as JournalCopyPlace?,
            remedy: "Write syslog, or the full path of a file outside \(home), as in /var/log/postern/checkpoints."
        ) { text in
            // Beside the journal it would be changed with it.
            JournalCopyPlace(text).flatMap { $0.isInside(home) ? nil : .some($0) }
        }
    }

    /// In the home it would be lost with it.
    mutating func secretsCopy(outside home: String) -> String? {
        file(.secretsCopy, outside: home, as: "/mnt/other/postern/postern-secrets")
    }

    /// It belongs to root, and the relay's user owns the home.
    mutating func banFile(outside home: String) -> String? { file(.banFile, outside: home, as: "/var/log/postern/refused") }

    private mutating func file(_ setting: Setting, outside home: String, as example: String) -> String? {
        value(
            setting, standard: nil as String?, remedy: "Write the full path of a file outside \(home), as in \(example)."
        ) { text in
            guard case .file(let path)? = JournalCopyPlace(text), !JournalCopyPlace.file(path).isInside(home) else { return nil }
            return path
        }
    }
}
