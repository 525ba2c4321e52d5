internal import PosternCore

/// What was posted from a page on which the six digits of a mail are typed.
struct CodeForm: ReadableForm, Equatable {
    private(set) var typed = ""
    /// The link of the mail that led here, which shows whose tries these are.
    private(set) var holder: MailedToken?
    /// A new mail is wanted.
    private(set) var isAgain = false
    private(set) var fault: FormFault?

    init() {}

    /// Unknown fields are ignored, as in a letter. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        let codes = posted.fields.filter { $0.name == "code" }
        typed = codes.first?.value ?? ""
        holder = posted.fields.first { $0.name == "by" }.flatMap { MailedToken(text: $0.value) }
        isAgain = posted.fields.contains { $0.name == "action" && $0.value == "again" }
        fault = posted.fault ?? (codes.count > 1 ? .repeated(field: "code") : nil)
    }

    /// Six digits are soon typed again.
    init(salvaging body: [UInt8]) {}

    var isEmpty: Bool { typed.allSatisfy(\.isWhitespace) }
    /// Nil unless there are six digits.
    var code: MailedCode? { MailedCode(text: typed) }
}
