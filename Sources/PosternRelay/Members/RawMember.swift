package import PosternCore

/// What somebody wants to be known by as a member, as it was typed or posted. Nothing in it has been checked.
package struct RawMember: Equatable, Sendable {
    package var name = ""
    package var handle = ""
    package var email = ""
    /// A language tag; empty for the one that is asked in.
    package var locale = ""

    package init() {}

    /// Checks every field.
    /// - Parameters:
    ///   - languages: those that mails can be written in.
    ///   - standard: in place of an empty one.
    ///   - isExact: whether the handle must be spelled as it is: a program that takes another spelling for it would look for a member
    ///     whom it does not find.
    /// - Throws: all faults at once, so that a person can correct them together.
    package func validated(
        in languages: [Language], standard: Language, isExact: Bool = false
    ) throws(MemberFaults) -> MemberDraft {
        var faults: [MemberFault] = []
        let name = Self.read(.name, &faults) { () throws(MemberFault.Reason) in try Self.name(self.name) }
        let handle = Self.read(.handle, &faults) { () throws(MemberFault.Reason) in try Self.handle(self.handle, isExact: isExact)
        }
        let address = Self.read(.email, &faults) { () throws(MemberFault.Reason) in try Self.address(email) }
        let language = Self.read(.locale, &faults) { () throws(MemberFault.Reason) in
            try Self.language(locale, in: languages, standard: standard)
        }
        guard faults.isEmpty, let name, let handle, let address, let language else { throw MemberFaults(all: faults) }
        return MemberDraft(handle: handle, name: name, language: language, address: address)
    }

    private static func read<Value>(
        _ field: MemberField, _ faults: inout [MemberFault], _ parse: () throws(MemberFault.Reason) -> Value
    ) -> Value? {
        do throws(MemberFault.Reason) {
            return try parse()
        } catch {
            faults.append(MemberFault(field, error))
            return nil
        }
    }

    package static func name(_ raw: String) throws(MemberFault.Reason) -> HeaderText {
        do throws(TextFault) { return try HeaderText(raw, limit: Letter.Limit.name) } catch { throw .text(error) }
    }

    /// Capitals and full-width letters are read as what they stand for, as in a link.
    package static func handle(_ raw: String, isExact: Bool = false) throws(MemberFault.Reason) -> Handle {
        if let handle = isExact ? try? Handle(raw) : Handle(spelled: raw) { return handle }
        guard raw.contains(where: { !$0.isWhitespace }) else { throw .handle(.empty) }
        throw .handle(raw.utf8.count > 64 ? .tooLong : .spelling)
    }

    package static func address(_ raw: String) throws(MemberFault.Reason) -> EmailAddress {
        do throws(AddressFault) { return try EmailAddress(raw) } catch { throw .address(error) }
    }

    package static func language(
        _ raw: String, in languages: [Language], standard: Language
    ) throws(MemberFault.Reason) -> Language {
        guard !raw.isEmpty else { return standard }
        guard let language = Language(raw), languages.contains(where: { $0.primary == language.primary }) else {
            throw .language(known: languages)
        }
        return language
    }
}

/// Somebody who may become a member, once the address is theirs.
package struct MemberDraft: Hashable, Sendable {
    package let handle: Handle
    package let name: HeaderText
    package let language: Language
    package let address: EmailAddress

    package init(handle: Handle, name: HeaderText, language: Language, address: EmailAddress) {
        self.handle = handle
        self.name = name
        self.language = language
        self.address = address
    }
}

/// A field of a member. The raw value is its name in the form and in JSON.
package enum MemberField: String, Sendable, CaseIterable {
    case name, handle, email, locale
}

/// What is wrong with one field. `code` is for programs and never changes; `message` is for people.
package struct MemberFault: Error, Equatable, Sendable {
    package enum Reason: Error, Equatable, Sendable {
        case text(TextFault)
        case address(AddressFault)
        case handle(HandleFault)
        /// It could be taken for the name of the site or its staff.
        case reserved
        /// There are no mails in that language.
        case language(known: [Language])
    }

    package enum HandleFault: Equatable, Sendable {
        case empty
        case tooLong
        case spelling
        /// It is somebody's, or was.
        case taken(Handle)
    }

    package let field: MemberField
    package let reason: Reason

    package init(_ field: MemberField, _ reason: Reason) {
        self.field = field
        self.reason = reason
    }

    package var code: String {
        switch reason {
        case .text(.empty), .address(.empty), .handle(.empty): "required"
        case .text(.tooLong), .address(.tooLong), .handle(.tooLong): "too_long"
        case .text(.lineBreak): "line_break"
        case .address(.noAtSign), .address(.localPart), .address(.domain): "not_an_address"
        case .handle(.spelling): "not_a_handle"
        case .handle(.taken): "taken"
        case .reserved: "reserved"
        case .language: "unknown_language"
        }
    }

    /// In English, for anyone who writes a program. Pages look up their own text.
    package var message: String {
        switch reason {
        case .text(.empty): "This must have a letter or a digit in it."
        case .text(.tooLong(let limit, let count)): "This is \(count) characters long and may have \(limit)."
        case .text(.lineBreak): "This must be a single line."
        case .address(.empty): "The member's e-mail address is needed."
        case .address(.tooLong): "An e-mail address has at most 254 characters."
        case .address(.noAtSign): "This e-mail address has no @."
        case .address(.localPart): "The part before the @ is not valid."
        case .address(.domain): "The part after the @ is not valid."
        case .handle(.empty): "A handle is needed."
        case .handle(.tooLong): "A handle has at most 64 characters."
        case .handle(.spelling):
            "A handle has a–z, 0–9, “.”, “_” and “-”, and begins and ends with a letter or digit."
        case .handle(.taken(let handle)): "“\(handle)” is taken."
        case .reserved: "This could be taken for the name of the site or its staff."
        case .language(let known):
            "There are no texts in this language. There are: \(known.map(\.description).joined(separator: ", "))."
        }
    }
}

/// All faults of one post; there is at least one.
package struct MemberFaults: Error, Equatable, Sendable {
    package let all: [MemberFault]

    package init(all: [MemberFault]) {
        self.all = all
    }
}
