/// What a mail shows: its subject and people, its text and its HTML.
package struct MailView: Sendable {
    package private(set) var subject: String?
    package private(set) var from = ""
    package private(set) var to = ""
    package private(set) var fields: [HeaderField] = []
    package private(set) var plain: String?
    package private(set) var html: String?
    package private(set) var defects: Set<MailDefect> = []
    /// Why there is nothing to see; nil when the mail was read.
    package private(set) var fault: MailFault?

    package init(source: [UInt8]) {
        do {
            let mail = try ParsedMail(source)
            defects = mail.defects
            let header = MailHeader(fields: mail.root.header.decoded(defects: &defects))
            fields = header.fields
            subject = header["Subject"].flatMap { $0.isEmpty ? nil : $0 }
            from = header["From"] ?? ""
            to = header["To"] ?? ""
            look(at: mail.root)
        } catch {
            fault = error
        }
    }

    /// Takes the first part of each kind.
    private mutating func look(at part: MailPart) {
        switch part.type.value {
        case "text/plain" where plain == nil: plain = part.text(defects: &defects)
        case "text/html" where html == nil: html = part.text(defects: &defects)
        default: part.parts.forEach { look(at: $0) }
        }
    }
}
