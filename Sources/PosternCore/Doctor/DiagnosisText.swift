/// A diagnosis for a person to read: level, check and finding in columns, the remedy below it, commands on lines of their
/// own that are never broken, so that they can be copied.
package struct DiagnosisText {
    private let width: Int
    private let isColoured: Bool

    private static let levelWidth = 6
    private static let checkWidth = (Check.allCases.map(\.rawValue.count).max() ?? 0) + 2
    private static let narrowest = 32

    /// - Parameter width: characters of a line. Below 60 the findings begin on a line of their own.
    package init(width: Int, isColoured: Bool = false) {
        (self.width, self.isColoured) = (max(width, Self.narrowest), isColoured)
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
        var lines = Self.wrapped(finding.text, to: width - indent).map { margin + $0 }
        if isNarrow {
            lines.insert(head, at: 0)
        } else {
            lines[0] = head + lines[0].dropFirst(indent)
        }
        if let remedy = finding.remedy {
            let told = Self.wrapped(remedy.text, to: width - indent - 2)
            lines += told.enumerated().map { margin + ($0 == 0 ? "→ " : "  ") + $1 }
            lines += remedy.commands.map { "\(margin)    \($0)" }
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

    /// Breaks at spaces only: a path that is longer than a line stays whole. Never without a line.
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

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
