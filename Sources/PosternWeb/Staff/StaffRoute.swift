/// What a path of the staff listener names.
package enum StaffRoute: Equatable, Sendable {
    case overview
    case metrics
    case asset(name: String, version: String)
    case mailbox
    case letter(Int)
    case html(Int)
    case raw(Int)

    /// Nil when the path names nothing.
    package init?(path: String) {
        let segments = path.split(separator: "/", maxSplits: 6)
        if segments.isEmpty {
            self = .overview
            return
        }
        if segments == ["metrics"] {
            self = .metrics
            return
        }
        if segments.count == 3, segments[0] == "assets" {
            self = .asset(name: String(segments[2]), version: String(segments[1]))
            return
        }
        guard (2...4).contains(segments.count), segments[0] == "demo", segments[1] == "mailbox" else { return nil }
        if segments.count == 2 {
            self = .mailbox
            return
        }
        // Only as we write it: no sign, no leading zero, so that one letter has one address.
        guard let number = Int(segments[2]), number > 0, String(number) == segments[2] else { return nil }
        switch segments.count == 4 ? segments[3] : "" {
        case "": self = .letter(number)
        case "html": self = .html(number)
        case "raw": self = .raw(number)
        default: return nil
        }
    }

    package var path: String {
        switch self {
        case .overview: "/"
        case .metrics: "/metrics"
        case .asset(let name, let version): "/assets/\(version)/\(name)"
        case .mailbox: "/demo/mailbox"
        case .letter(let number): "/demo/mailbox/\(number)"
        case .html(let number): "/demo/mailbox/\(number)/html"
        case .raw(let number): "/demo/mailbox/\(number)/raw"
        }
    }
}
