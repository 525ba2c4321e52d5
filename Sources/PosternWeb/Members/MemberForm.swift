/// What was posted from one of the members' pages.
struct MemberForm: FieldForm, Equatable {
    enum Field: String, CaseIterable, Sendable {
        case action, page, form, name, language, writers, daily, plain, until, address, code, handle, visitor, conversation
        /// Whose page it is: what a link is asked for when the session has ended meanwhile.
        case place = "for"
    }

    enum Action: String, Sendable, CaseIterable {
        case ask, pause, resume, mute, unmute, address, code, keep, erase, again
        case signOut = "sign-out"
        case unmuteConnection = "unmute-connection"
    }

    var fields = PostedFields<Field>()

    /// Nil when the form names none that we know.
    var action: Action? { Action(rawValue: self[.action]) }
    var isPlain: Bool { self[.plain] == "yes" }

    /// What somebody typed who finds that the session has ended, to be copied. A name and an address are worth it.
    var written: String {
        [Field.name, .address].map { self[$0] }.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
