internal import Hummingbird
private import PosternCore
package import PosternRelay

/// What a page of the desk says of the act that led to it. It stands in the address, so that the page can be loaded again; what was
/// written and not taken stays on the page that says so.
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
    case tally(ReviewTally)

    static let field = "notice"

    /// Nil where the address says none of ours.
    init?(_ request: Request) {
        guard let text = request.queryField(Self.field) else { return nil }
        // A name may have a full stop, and no tilde.
        let parts = text.split(separator: ".", maxSplits: 4).map(String.init)
        switch parts.first {
        case "late": self = .late
        case "undo": self = .undoLate
        case "tally":
            let numbers = parts.dropFirst().prefix(3).compactMap { Int($0) }
            guard numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
            let names = (parts.count > 4 ? parts[4] : "").split(separator: "~", omittingEmptySubsequences: false).map {
                (try? StaffName(String($0)))?.text
            }
            self = .tally(
                ReviewTally(
                    done: numbers[0], skipped: numbers[1], changed: numbers[2], holder: names.first ?? nil,
                    decider: names.count > 1 ? names[1] : nil))
        default: return nil
        }
    }

    /// Nil for what no address says.
    fileprivate var text: String? {
        switch self {
        case .late: "late"
        case .undoLate: "undo"
        case .unsuitable, .cannotBlock, .longSentence, .longNote, .nothingSelected: nil
        case .tally(let tally):
            "tally.\(tally.done).\(tally.skipped).\(tally.changed)"
                + (tally.holder == nil && tally.decider == nil ? "" : ".\(tally.holder ?? "")~\(tally.decider ?? "")")
        }
    }
}

extension String {
    /// An address of ours with what its page is to say.
    func adding(_ notice: DeskNotice?) -> String {
        guard let text = notice?.text else { return self }
        return self + (contains("?") ? "&" : "?") + "\(DeskNotice.field)=\(text)"
    }
}
