internal import PosternCore

/// What was posted from a page of the desk.
struct DeskForm: ReadableForm {
    enum Field: String, CaseIterable, Sendable {
        /// The session's token.
        case form
        case act, reason, sentence, version, text, number
        /// What a list was about: its selected rows come as `item`, once for each.
        case scope, newest
        case keys, back
    }

    private var values: [Field: String] = [:]
    private(set) var items: [String] = []
    private(set) var query = DeskQuery { _ in nil }
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var repeated: String?
        var fields: [DeskQuery.Field: String] = [:]
        for posted in posted.fields {
            if posted.name == "item" {
                items.append(posted.value)
            } else if let field = Field(rawValue: posted.name) {
                if values[field] == nil { values[field] = posted.value } else { repeated = repeated ?? posted.name }
            } else if let field = DeskQuery.Field(rawValue: posted.name) {
                fields[field] = fields[field] ?? posted.value
            }
        }
        query = DeskQuery { fields[$0] }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    /// A decision is soon made again.
    init(salvaging _: [UInt8]) {}

    subscript(field: Field) -> String { values[field] ?? "" }

    var act: ReviewAct? { ReviewAct(rawValue: self[.act]) }
    /// Nil for the usual one.
    var reason: ReviewReason? { ReviewReason(rawValue: self[.reason]) }
    /// Nil where nothing was written.
    var sentence: HeaderText? { try? HeaderText(self[.sentence], limit: ReviewLimit.sentence) }
    var isSentenceTooLong: Bool {
        do {
            _ = try HeaderText(self[.sentence], limit: ReviewLimit.sentence)
            return false
        } catch .tooLong, .lineBreak {
            return true
        } catch {
            return false
        }
    }
}
