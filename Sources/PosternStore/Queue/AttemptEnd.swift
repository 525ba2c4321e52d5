package import PosternCore

/// How an attempt ended.
package enum AttemptEnd: Hashable, Sendable {
    case settled(Outcome.Kind)
    /// Nobody said: the lease ran out, or the relay that held it is gone.
    case interrupted
}

extension AttemptEnd: Storable {
    package init?(stored: SQLValue) {
        guard let text = String(stored: stored) else { return nil }
        if text == Self.interruptedText {
            self = .interrupted
        } else if let kind = Outcome.Kind(rawValue: text) {
            self = .settled(kind)
        } else {
            return nil
        }
    }

    package var stored: SQLValue {
        switch self {
        case .settled(let kind): .text(kind.rawValue)
        case .interrupted: .text(Self.interruptedText)
        }
    }

    private static let interruptedText = "interrupted"
}
