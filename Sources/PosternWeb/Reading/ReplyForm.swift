private import PosternCore

/// What was posted from the page of a link in a mail.
struct ReplyForm: ReadableForm, Equatable {
    enum Action: String, Sendable, CaseIterable {
        case reply, withdraw, close, reopen, mute, unmute, pause, resume
    }

    /// Nil when the form names none that we know: then the page decides.
    private(set) var action: Action?
    private(set) var message = ""
    /// As it came back. Nil when the form had none.
    private(set) var token: String?
    /// What was found in the text may stay.
    private(set) var isSure = false
    /// Which reply.
    private(set) var number: Int?
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored, as in a letter. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var seen: Set<String> = []
        var repeated: String?
        for field in posted.fields where ["action", "message", "form", "sure", "number"].contains(field.name) {
            guard seen.insert(field.name).inserted else {
                repeated = repeated ?? field.name
                continue
            }
            switch field.name {
            case "action": action = Action(rawValue: field.value)
            case "message": message = field.value
            case "form": token = field.value
            case "sure": isSure = field.value == "yes"
            default: number = Int(field.value)
            }
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    init(salvaging body: [UInt8]) {
        message = LetterForm(salvaging: body).letter.message
    }
}
