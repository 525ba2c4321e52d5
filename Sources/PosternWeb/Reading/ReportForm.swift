private import PosternCore

/// What was posted from the page on which a letter is reported.
struct ReportForm: ReadableForm, Equatable {
    enum Action: String, Sendable {
        case report, withdraw, mute, unmute
    }

    /// Nil when the form names none that we know: then it is a report.
    private(set) var action: Action?
    private(set) var written = ReportPage.Written()
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored, as in a letter. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var seen: Set<String> = []
        var repeated: String?
        for field in posted.fields where ["action", "reason", "remark", "mute"].contains(field.name) {
            guard seen.insert(field.name).inserted else {
                repeated = repeated ?? field.name
                continue
            }
            switch field.name {
            case "action": action = Action(rawValue: field.value)
            case "reason": written.reason = ReportReason(rawValue: field.value)
            case "remark": written.remark = field.value
            default: written.mutes = field.value == "yes"
            }
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    init(salvaging body: [UInt8]) {}
}
