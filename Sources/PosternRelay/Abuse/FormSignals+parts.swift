package import PosternCore

extension FormSignals {
    /// What a program gives itself away by. No sign alone holds a letter: a password manager fills hidden fields, a site may have
    /// a form of its own, and some people paste a letter that they wrote elsewhere.
    package var parts: [Verdict.Part] {
        var parts: [Verdict.Part] = []
        if isBaitTaken { parts.append(Verdict.Part(.trapBait, .score(60))) }
        switch token {
        case .ours(_, let age) where age < Self.haste: parts.append(Verdict.Part(.trapHaste, .score(40)))
        case .ours: break
        case .missing, .foreign, .expired: parts.append(Verdict.Part(.trapToken, .score(40)))
        }
        return parts
    }

    /// Nobody reads a form and writes a letter in less time.
    package static let haste = Duration.seconds(3)
}
