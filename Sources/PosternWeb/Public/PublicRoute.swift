package import Hummingbird

/// What a path of the public listener names.
package enum PublicRoute: Equatable, Sendable {
    case contact(RecipientPath)
    case sent(RecipientPath)
    case confirmation(RecipientPath, token: String)
    case letters(RecipientPath)
    case live
    case ready
    case asset(name: String, version: String)
    case look(colour: String)
    case logo(site: String, version: String)
    case privacy(site: String)
    case privacyForPrograms(site: String)
    case openAPI

    /// Nil when the path names nothing. One slash at the end is forgiven: people type it.
    package init?(path: String) {
        var segments: [String] = []
        for part in path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 8, omittingEmptySubsequences: false).dropFirst() {
            guard let segment = Self.decoded(part) else { return nil }
            segments.append(segment)
        }
        if segments.count > 1, segments.last == "" { segments.removeLast() }
        switch segments.count {
        case 1 where segments[0] == "live": self = .live
        case 1 where segments[0] == "ready": self = .ready
        case 2 where segments[0] == "privacy" && segments[1].hasSuffix(".json"):
            self = .privacyForPrograms(site: String(segments[1].dropLast(".json".count)))
        case 2 where segments[0] == "privacy": self = .privacy(site: segments[1])
        case 3 where segments[0] == "look" && segments[2].hasSuffix(".css"):
            self = .look(colour: String(segments[2].dropLast(".css".count)))
        case 3 where segments == ["api", "v1", "openapi.json"]: self = .openAPI
        case 3 where segments[0] == "c": self = .contact(RecipientPath(site: segments[1], handle: segments[2]))
        case 3 where segments[0] == "assets": self = .asset(name: segments[2], version: segments[1])
        case 4 where segments[0] == "c" && segments[3] == "sent":
            self = .sent(RecipientPath(site: segments[1], handle: segments[2]))
        case 4 where segments[0] == "look" && segments[3] == "logo": self = .logo(site: segments[1], version: segments[2])
        case 4 where segments[0] == "confirm":
            self = .confirmation(RecipientPath(site: segments[1], handle: segments[2]), token: segments[3])
        case 7
        where segments[0] == "api" && segments[1] == "v1" && segments[2] == "sites" && segments[4] == "recipients"
            && segments[6] == "letters":
            self = .letters(RecipientPath(site: segments[3], handle: segments[5]))
        default: return nil
        }
    }

    package var methods: [HTTPRequest.Method] {
        switch self {
        case .contact, .confirmation: [.get, .head, .post]
        case .letters: [.options, .post]
        case .sent, .live, .ready, .asset, .look, .logo, .privacy, .privacyForPrograms, .openAPI: [.get, .head]
        }
    }

    /// A path that programs use, as OpenAPI writes it.
    package enum ProgramPath: String, Sendable, CaseIterable {
        case letters = "/api/v1/sites/{site}/recipients/{handle}/letters"
        case openAPI = "/api/v1/openapi.json"
        case privacy = "/privacy/{site}.json"
        case live = "/live"
        case ready = "/ready"
    }

    /// Nil for what only people use. `openapi.json` describes each of the others; a test holds the two together.
    package var programPath: ProgramPath? {
        switch self {
        case .letters: .letters
        case .openAPI: .openAPI
        case .privacyForPrograms: .privacy
        case .live: .live
        case .ready: .ready
        case .contact, .sent, .confirmation, .asset, .look, .logo, .privacy: nil
        }
    }

    /// For the `Allow` field.
    package var allowed: String { methods.map(\.rawValue).joined(separator: ", ") }

    /// Whether programs ask here, and read JSON, rather than people.
    package static func isForPrograms(_ path: String) -> Bool {
        path.hasPrefix("/api/") || path == "/live" || path == "/ready"
            || (path.hasPrefix("/privacy/") && path.hasSuffix(".json"))
    }

    private static func decoded(_ segment: Substring.UTF8View) -> String? {
        guard segment.contains(UInt8(ascii: "%")) else { return String(Substring(segment)) }
        return String(validating: PercentCoding.decoded(Array(segment), plusIsSpace: false), as: UTF8.self)
    }
}
