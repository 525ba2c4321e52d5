internal import PosternHost

/// All findings of one examination, the worst of their levels, and the exit status that follows.
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

    /// From sysexits(3): 0 unless something failed; 78 when the configuration did, else 69.
    package var exitStatus: Int32 {
        guard level == .fail else { return 0 }
        return findings.contains { $0.level == .fail && $0.check == .configuration } ? 78 : 69
    }

    package var summary: String {
        let (failed, warned) = (count(.fail), count(.warn))
        let counts = "\(count(.ok)) ok, \(warned) warn, \(failed) FAIL"
        return switch level {
        case .fail: "\(counts). Begin with the \(failed == 1 ? "line" : "lines") marked FAIL."
        case .warn: "\(counts). Nothing is broken; read the \(warned == 1 ? "line" : "lines") marked warn."
        case .ok: "\(counts). All is well."
        }
    }

    private func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }
}

/// A diagnosis for a person: level, check and finding in columns, with the remedy below. Each command has a line of its own
/// that is never broken, so that it can be copied.
package struct DiagnosisText {
    private let width: Int
    private let isColoured: Bool

    private static let levelWidth = 6
    private static let checkWidth = (Check.allCases.map(\.rawValue.count).max() ?? 0) + 2
    private static let narrowest = 32

    /// - Parameter width: characters of a line. Below 60, each finding begins on a line of its own.
    package init(width: Int, isColoured: Bool = false) {
        self.width = max(width, Self.narrowest)
        self.isColoured = isColoured
    }

    package func text(_ diagnosis: Diagnosis) -> String {
        (diagnosis.findings.map(text) + ["", Self.wrapped(diagnosis.summary, to: width).joined(separator: "\n")])
            .joined(separator: "\n")
    }

    private func text(_ finding: Finding) -> String {
        let isNarrow = width < 60
        let indent = isNarrow ? Self.levelWidth : Self.levelWidth + Self.checkWidth
        let margin = String(repeating: " ", count: indent)
        let head =
            coloured(finding.level) + (isNarrow ? finding.check.rawValue : finding.check.rawValue.padded(to: Self.checkWidth))
        var lines = Self.wrapped(finding.text.withoutControls, to: width - indent).map { margin + $0 }
        if isNarrow {
            lines.insert(head, at: 0)
        } else {
            lines[0] = head + lines[0].dropFirst(indent)
        }
        if let remedy = finding.remedy {
            let told = Self.wrapped(remedy.text.withoutControls, to: width - indent - 2)
            lines += told.enumerated().map { margin + ($0 == 0 ? "→ " : "  ") + $1 }
            lines += remedy.commands.map { "\(margin)    \($0.withoutControls)" }
        }
        return lines.joined(separator: "\n")
    }

    private func coloured(_ level: Finding.Level) -> String {
        let word = level.rawValue.padded(to: Self.levelWidth)
        guard isColoured else { return word }
        return switch level {
        case .ok: "\u{1B}[32m\(word)\u{1B}[0m"
        case .warn: "\u{1B}[33m\(word)\u{1B}[0m"
        case .fail: "\u{1B}[1;31m\(word)\u{1B}[0m"
        }
    }

    /// Breaks at spaces only: a path longer than a line stays whole. Returns at least one line.
    private static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
