/// All findings of one look, worst of all their levels, and how the command ends by it.
package struct Diagnosis: Sendable {
    /// In the order of `Check`.
    package let findings: [Finding]

    package init(_ findings: [Finding]) {
        let places = Dictionary(uniqueKeysWithValues: Check.allCases.enumerated().map { ($1, $0) })
        self.findings = findings.enumerated().sorted {
            (places[$0.element.check, default: 0], $0.offset) < (places[$1.element.check, default: 0], $1.offset)
        }.map(\.element)
    }

    package var level: Finding.Level {
        if count(.fail) > 0 { return .fail }
        return count(.warn) > 0 ? .warn : .ok
    }

    /// By sysexits(3): 0 unless something failed; 78 when the configuration did, else 69.
    package var exitStatus: Int32 {
        guard level == .fail else { return 0 }
        return findings.contains { $0.level == .fail && $0.check == .configuration } ? 78 : 69
    }

    package var summary: String {
        let (failed, warned) = (count(.fail), count(.warn))
        let counts = "\(count(.ok)) ok, \(warned) warn, \(failed) FAIL"
        return switch level {
        case .fail: "\(counts). Begin with the \(failed == 1 ? "line" : "lines") marked FAIL."
        case .warn: "\(counts). Nothing is broken; the \(warned == 1 ? "line" : "lines") marked warn should be seen to."
        case .ok: "\(counts). All is well."
        }
    }

    private func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }
}
