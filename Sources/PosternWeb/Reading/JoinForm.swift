private import PosternCore
internal import PosternRelay

/// The form of somebody who wants to become a member, as it was posted.
struct JoinForm: ReadableForm, Equatable {
    var member = RawMember()
    /// As it came back. Nil when the form had none.
    private(set) var token: String?
    /// The field that people do not see was filled in.
    private(set) var isBaitTaken = false
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored, as in a letter. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var seen: Set<String> = []
        var repeated: String?
        for field in posted.fields {
            if field.name == "homepage_url" {
                isBaitTaken = isBaitTaken || !field.value.isEmpty
                continue
            }
            guard ["name", "handle", "email", "locale", "form"].contains(field.name) else { continue }
            guard seen.insert(field.name).inserted else {
                repeated = repeated ?? field.name
                continue
            }
            switch field.name {
            case "name": member.name = field.value
            case "handle": member.handle = field.value
            case "email": member.email = field.value
            case "locale": member.locale = field.value
            default: token = field.value
            }
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    init(salvaging body: [UInt8]) {
        let letter = LetterForm(salvaging: body).letter
        (member.name, member.email) = (letter.name, letter.email)
    }
}
