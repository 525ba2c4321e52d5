private import PosternHost
private import PosternVault

/// The two libraries of the system that letters depend on, and what follows from their versions.
package enum LibraryCheck {
    /// - Parameter usesStartTLS: whether the smarthost begins in the clear and continues under TLS; nil where that is not known.
    static func findings(usesStartTLS: Bool?) -> [Finding] {
        let sqlite = loadedSQLite
        let curl = CurlVersion.loaded
        return [
            self.sqlite(version: sqlite.version, hasWALResetRace: sqlite.hasWALResetRace),
            self.curl(
                version: curl.text, number: curl.number, tls: curl.tls, speaksSMTP: curl.speaksSMTP, usesStartTLS: usesStartTLS),
        ]
    }

    /// - Parameter hasWALResetRace: whether two connections that write a WAL at once may lose committed pages in this version.
    package static func sqlite(version: String, hasWALResetRace: Bool) -> Finding {
        guard hasWALResetRace else { return .ok(.sqlite, "SQLite \(version), without the race of WAL mode") }
        // Not a warning: the program keeps the rule, and nobody has to do anything. What would break it is another process
        // that has the file open, and the store's check looks for that.
        return .ok(
            .sqlite,
            "SQLite \(version) has the race of WAL mode (3.7.0 to 3.51.2): two connections that commit or checkpoint at once can "
                + "lose committed pages. It cannot happen here: one process owns the file, and one connection writes. Nothing "
                + "else may write to it, sqlite3 included")
    }

    /// - Parameters:
    ///   - number: 0x075801 for 7.88.1.
    ///   - tls: nil for a libcurl without TLS.
    package static func curl(version: String, number: UInt32, tls: String?, speaksSMTP: Bool, usesStartTLS: Bool?) -> Finding {
        let remedy: Remedy = "Install the system's libcurl with OpenSSL (Debian: libcurl4)."
        guard speaksSMTP else { return .fail(.curl, "libcurl \(version) is built without SMTP: no letter can be sent", remedy) }
        guard let tls else { return .fail(.curl, "libcurl \(version) is built without TLS: no letter can be sent", remedy) }
        // The faults of connection reuse by version (curl.se/docs/CVE-2026-4873.html, …-8286.html).
        let faults = [("CVE-2026-4873", 0x07_14_00..<0x08_14_00), ("CVE-2026-8286", 0x07_1E_00..<0x08_15_00)]
            .filter { $0.1.contains(Int(number)) }.map(\.0)
        guard !faults.isEmpty else { return .ok(.curl, "libcurl \(version) with \(tls)") }
        let more = usesStartTLS == true ? ". smtps:// on port 465, where the smarthost offers it, needs no STARTTLS at all" : ""
        return .ok(
            .curl,
            "libcurl \(version) with \(tls) has \(faults.joined(separator: " and ")) (a kept connection used again under other "
                + "TLS settings) unless the distribution fixed it. It cannot happen here: each lane keeps one smarthost and one "
                + "TLS setting for life\(more)")
    }
}
