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
