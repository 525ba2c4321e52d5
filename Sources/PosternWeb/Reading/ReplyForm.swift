private import PosternCore
private import PosternRelay

/// What was posted from the page of a link in a mail.
struct ReplyForm: ReadableForm, Equatable {
    enum Action: String, Sendable, CaseIterable {
        case reply, withdraw, close, reopen, mute, unmute, pause, resume
        case muteConnection = "mute-connection"
        case unmuteConnection = "unmute-connection"
    }

    /// Nil when the form names none that we know: then the page decides.
    private(set) var action: Action?
    private(set) var message = ""
    /// As it came back. Nil when the form had none.
    private(set) var token: String?
    /// The mark of the text about which the page has asked, where its author wants it sent as it is.
    private(set) var sure: String?
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
            case "sure": sure = field.value
            default: number = Int(field.value)
            }
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    /// What was found in the text may stay. Not in another one than the page has asked about: the author may have gone on writing.
    var isSure: Bool { sure == ReplyPost.mark(of: message) }

    init(salvaging body: [UInt8]) {
        message = LetterForm(salvaging: body).letter.message
    }
}
