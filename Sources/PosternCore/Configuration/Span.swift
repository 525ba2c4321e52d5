extension Duration {
    /// Reads a whole number and a unit: `90s`, `15m`, `12h`, `28d`. Nil for anything else, for zero, and for more than ten
    /// years.
    package init?(span text: some StringProtocol) {
        guard let unit = text.last, let count = Int64(text.dropLast()), count > 0 else { return nil }
        let seconds: Int64
        switch unit {
        case "s": seconds = 1
        case "m": seconds = 60
        case "h": seconds = 3_600
        case "d": seconds = 86_400
        default: return nil
        }
        guard count <= 315_360_000 / seconds else { return nil }
        self = .seconds(count * seconds)
    }

    /// As `init(span:)` reads it, in the largest unit that gives a whole number.
    package var span: String {
        let seconds = components.seconds
        for (length, unit) in [(86_400, "d"), (3_600, "h"), (60, "m")] as [(Int64, String)]
        where seconds > 0 && seconds % length == 0 {
            return "\(seconds / length)\(unit)"
        }
        return "\(seconds)s"
    }
}

extension Duration {
    /// Roughly, as people say it: `40 s`, `5 min`, `3 h`, `12 days`.
    package var inWords: String {
        let seconds = max(0, components.seconds)
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}
