/// The two libraries of the system that letters depend on, and what follows from their versions.
package struct LibraryFacts: Sendable {
    package struct SQLite: Sendable {
        package let version: String
        /// Whether two connections that write a WAL at once may lose committed pages in this version.
        package let hasWALResetRace: Bool

        package init(version: String, hasWALResetRace: Bool) {
            (self.version, self.hasWALResetRace) = (version, hasWALResetRace)
        }
    }

    package struct Curl: Sendable {
        package let version: String
        /// 0x075801 for 7.88.1.
        package let number: UInt32
        /// Nil for a libcurl without TLS.
        package let tls: String?
        package let speaksSMTP: Bool
        /// Whether the configured smarthost begins in the clear and goes on under TLS; nil where that is not known.
        package let usesStartTLS: Bool?

        package init(version: String, number: UInt32, tls: String?, speaksSMTP: Bool, usesStartTLS: Bool?) {
            (self.version, self.number, self.tls) = (version, number, tls)
            (self.speaksSMTP, self.usesStartTLS) = (speaksSMTP, usesStartTLS)
        }
    }

    package let sqlite: SQLite
    package let curl: Curl

    package init(sqlite: SQLite, curl: Curl) {
        (self.sqlite, self.curl) = (sqlite, curl)
    }

    package var findings: [Finding] { [sqlite.finding, curl.finding] }
}

extension LibraryFacts.SQLite {
    fileprivate var finding: Finding {
        guard hasWALResetRace else { return .ok(.sqlite, "SQLite \(version), without the race of WAL mode") }
        // Not a warning: the rule is kept by the program, and nobody has to do anything. What would break it is looked for
        // with the store: another process that has the file open.
        return .ok(
            .sqlite,
            "SQLite \(version) has the race of WAL mode (3.7.0 to 3.51.2): two connections that commit or checkpoint at once can "
                + "lose committed pages. It cannot happen here: one process owns the file, one connection writes. Let nobody "
                + "else write to it, sqlite3 included")
    }
}

extension LibraryFacts.Curl {
    fileprivate var finding: Finding {
        let remedy: Remedy = "Install the system's libcurl with OpenSSL (Debian: libcurl4)."
        guard speaksSMTP else { return .fail(.curl, "libcurl \(version) is built without SMTP: no letter can be sent", remedy) }
        guard let tls else { return .fail(.curl, "libcurl \(version) is built without TLS: no letter can be sent", remedy) }
        let faults = reuse
        guard !faults.isEmpty else { return .ok(.curl, "libcurl \(version) with \(tls)") }
        let more =
            usesStartTLS == true ? ". smtps:// on port 465, where the smarthost offers it, does without STARTTLS altogether" : ""
        return .ok(
            .curl,
            "libcurl \(version) with \(tls) has \(faults.joined(separator: " and ")) (a kept connection used again under other "
                + "TLS settings) unless the distribution mended it. It cannot happen here: each lane has one smarthost and one "
                + "TLS setting for life\(more)")
    }

    /// The faults of connection reuse that this version has by its number (curl.se/docs/CVE-2026-4873.html, …-8286.html).
    private var reuse: [String] {
        [("CVE-2026-4873", 0x07_14_00..<0x08_14_00), ("CVE-2026-8286", 0x07_1E_00..<0x08_15_00)]
            .filter { $0.1.contains(Int(number)) }.map(\.0)
    }
}
