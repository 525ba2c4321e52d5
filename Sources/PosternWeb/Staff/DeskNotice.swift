internal import Hummingbird

/// What a page of the desk says of the act that led to it. It stands in the address, so that the page can be loaded again.
package enum DeskNotice: Equatable, Sendable {
    /// Somebody has decided, or the letter has changed since it was opened.
    case late
    /// A decision was carried out, or undone, before.
    case undoLate
    case unsuitable
    case cannotBlock
    case longSentence
    case longNote
    case nothingSelected
    case tally(done: Int, skipped: Int, changed: Int)

    static let field = "notice"

    /// Nil where the address says none of ours.
    init?(_ request: Request) {
        guard let text = request.queryField(Self.field) else { return nil }
        let parts = text.split(separator: ".").map(String.init)
        switch parts.first {
        case "late": self = .late
        case "undo": self = .undoLate
        case "reason": self = .unsuitable
        case "block": self = .cannotBlock
        case "sentence": self = .longSentence
        case "note": self = .longNote
        case "none": self = .nothingSelected
        case "tally":
            let numbers = parts.dropFirst().compactMap { Int($0) }
            guard numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
            self = .tally(done: numbers[0], skipped: numbers[1], changed: numbers[2])
        default: return nil
        }
    }

    var text: String {
        switch self {
        case .late: "late"
        case .undoLate: "undo"
        case .unsuitable: "reason"
        case .cannotBlock: "block"
        case .longSentence: "sentence"
        case .longNote: "note"
        case .nothingSelected: "none"
        case .tally(let done, let skipped, let changed): "tally.\(done).\(skipped).\(changed)"
        }
    }
}

extension String {
    /// An address of ours with what its page is to say.
    func adding(_ notice: DeskNotice?) -> String {
        guard let notice else { return self }
        return self + (contains("?") ? "&" : "?") + "\(DeskNotice.field)=\(notice.text)"
    }
}
