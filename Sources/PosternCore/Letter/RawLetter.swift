/// The fields as they came over HTTP, from the form or as JSON. None has been checked.
package struct RawLetter: Equatable, Sendable {
    package var name = ""
    package var email = ""
    package var subject = ""
    package var message = ""
    package var about = ""
    package var sharesAddress = false

    package init() {}

    /// Checks every field.
    /// - Throws: all faults at once, so that a visitor can correct them together.
    package func validated() throws(LetterFaults) -> Letter {
        var faults: [FieldFault] = []

        func text<Value>(_ field: LetterField, _ parse: () throws(TextFault) -> Value) -> Value? {
            do throws(TextFault) {
                return try parse()
            } catch {
                faults.append(FieldFault(field: field, reason: .text(error)))
                return nil
            }
        }

        func optional(_ raw: String, limit: Int) throws(TextFault) -> HeaderText? {
            do throws(TextFault) {
                return try HeaderText(raw, limit: limit)
            } catch {
                guard error == .empty else { throw error }
                return nil
            }
        }

        let name = text(.name) { () throws(TextFault) in try HeaderText(self.name, limit: Letter.Limit.name) }
        var address: EmailAddress?
        do throws(AddressFault) {
            address = try EmailAddress(email)
        } catch {
            faults.append(FieldFault(field: .email, reason: .address(error)))
        }
        let subject = text(.subject) { () throws(TextFault) in try optional(self.subject, limit: Letter.Limit.subject) }
        let message = text(.message) { () throws(TextFault) in try LetterText(self.message, limit: Letter.Limit.message) }
        let about = text(.about) { () throws(TextFault) in try optional(self.about, limit: Letter.Limit.about) }

        guard faults.isEmpty, let name, let address, let message else { throw LetterFaults(all: faults) }
        return Letter(
            name: name, replyAddress: address, subject: subject ?? nil, text: message, about: about ?? nil,
            sharesAddress: sharesAddress)
    }
}

/// A field of a letter. The raw value is its name in the form and in JSON.
package enum LetterField: String, Sendable, CaseIterable {
    case name, email, subject, message, about
}

/// What is wrong with one field. `code` is for programs and never changes; `message` is for people.
package struct FieldFault: Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case text(TextFault)
        case address(AddressFault)
    }

    package let field: LetterField
    package let reason: Reason

    package init(field: LetterField, reason: Reason) {
        self.field = field
        self.reason = reason
    }

    package var code: String {
        switch reason {
        case .text(.empty), .address(.empty): "required"
        case .text(.tooLong), .address(.tooLong): "too_long"
        case .text(.lineBreak): "line_break"
        case .address(.noAtSign), .address(.localPart), .address(.domain): "not_an_address"
        }
    }

    /// What is wrong and what to do, in English. Pages in other languages look up their own text by `code`.
    package var message: String {
        switch reason {
        case .text(.empty):
            field == .name ? "Please tell the recipient your name." : "Please write a message."
        case .text(.tooLong(let limit, let count)):
            "This is \(count) characters long and may have \(limit). Please shorten it by \(count - limit)."
        case .text(.lineBreak): "This must be a single line. Please remove the line break."
        case .address(.empty): "Please give your e-mail address. It is not shown unless you allow it."
        case .address(.tooLong): "An e-mail address has at most 254 characters. Please check yours."
        case .address(.noAtSign): "This e-mail address has no @. It should look like name@example.org."
        case .address(.localPart): "The part before the @ is not valid. Please check your e-mail address."
        case .address(.domain): "The part after the @ is not valid. It should look like example.org."
        }
    }
}

/// All faults of one letter; there is at least one.
package struct LetterFaults: Error, Equatable, Sendable {
    package let all: [FieldFault]

    package init(all: [FieldFault]) {
        self.all = all
    }
}
