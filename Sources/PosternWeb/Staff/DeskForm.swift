internal import PosternCore

/// What was posted from a page of the desk.
struct DeskForm: SessionForm {
    enum Field: String, CaseIterable, Sendable {
        /// The session's token.
        case form
        case act, reason, sentence, version, text, number
        /// What a list was about: its selected rows come as `item`, once for each.
        case scope, newest
        /// How many letters the selected rows stand for, as the page said before the button was pressed.
        case said
        case keys, back
        /// The wave from whose page it was posted.
        case wave
    }

    var fields = PostedFields<Field>()
    private(set) var items: [String] = []
    private(set) var query = DeskQuery { _ in nil }

    init() {}

    init(_ posted: PostedForm) {
        fields = PostedFields(posted)
        items = posted.fields.filter { $0.name == "item" }.map(\.value)
        query = DeskQuery { field in posted.fields.first { $0.name == field.rawValue }?.value }
    }

    var sessionToken: String { self[.form] }

    var act: ReviewAct? { ReviewAct(rawValue: self[.act]) }
    /// Nil for the usual one.
    var reason: ReviewReason? { ReviewReason(rawValue: self[.reason]) }
    /// Nil where nothing was written.
    var sentence: HeaderText? { try? HeaderText(self[.sentence], limit: ReviewLimit.sentence) }
    var isSentenceTooLong: Bool { self[.sentence].isTooLongForSentence }
}

extension String {
    /// Whether it says something, and more than a decision's sentence holds.
    var isTooLongForSentence: Bool {
        do {
            _ = try HeaderText(self, limit: ReviewLimit.sentence)
            return false
        } catch .tooLong, .lineBreak {
            return true
        } catch {
            return false
        }
    }
}
