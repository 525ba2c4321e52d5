internal import PosternCore

/// What was posted from one of the members' pages.
struct MemberForm: ReadableForm, Equatable {
    enum Field: String, CaseIterable, Sendable {
        case action, page, form, name, language, writers, daily, plain, until, address, code, handle, visitor, conversation
        /// Whose page it is: what a link is asked for when the session has ended meanwhile.
        case place = "for"
    }

    enum Action: String, Sendable, CaseIterable {
        case ask, pause, resume, mute, unmute, address, code, keep, erase, again
        case signOut = "sign-out"
    }

    private var values: [Field: String] = [:]
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var repeated: String?
        for posted in posted.fields {
            guard let field = Field(rawValue: posted.name) else { continue }
            guard values[field] == nil else {
                repeated = repeated ?? posted.name
                continue
            }
            values[field] = posted.value
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    /// Of what comes in another format nothing is read: it is short, and its author still has it.
    init(salvaging _: [UInt8]) {}

    subscript(field: Field) -> String { values[field] ?? "" }

    /// Nil when the form names none that we know.
    var action: Action? { values[.action].flatMap { Action(rawValue: $0) } }
    var isPlain: Bool { values[.plain] == "yes" }

    /// What somebody typed who finds that the session has ended, to be copied. A name and an address are worth it.
    var written: String {
        [Field.name, .address].map { self[$0] }.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
