/// What was posted from one of the pages on which staff look after blocks, recipients, sites, accounts and tokens.
struct AdministrationForm: SessionForm {
    enum Field: String, CaseIterable, Sendable {
        /// The session's token.
        case form
        /// Of a block.
        case kind, mark, effect, reason, lasting, confirmed
        /// Of a recipient, an account, a token: what to do, and its name typed once more.
        case action, typed, site, handle, name, token
        /// Of a site.
        case accent, languages, join, writers
    }

    var fields = PostedFields<Field>()
    /// A site's introductions, by the tag of their language.
    private(set) var introductions: [String: String] = [:]

    /// How the field of an introduction begins; its language follows.
    static let introduction = "introduction-"

    init() {}

    init(_ posted: PostedForm) {
        fields = PostedFields(posted)
        for field in posted.fields where field.name.hasPrefix(Self.introduction) {
            introductions[String(field.name.dropFirst(Self.introduction.count))] = field.value
        }
    }

    var sessionToken: String { self[.form] }
}
