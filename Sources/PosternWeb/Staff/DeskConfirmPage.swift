package import PosternCore
package import PosternRelay
package import PosternText

/// A decision about many letters asks for their number, or says it.
package struct DeskConfirmPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case question, wrong, fields, name, value, token, button, back, asksNumber
    }

    package enum Asking: Equatable, Sendable {
        /// It must be typed.
        case number
        /// A button is enough.
        case sum
    }

    package static let template = "staff/confirm"
    package static let required: [Property] = [.token, .question, .name, .value]

    package let frame: PageFrame
    package let text: Texts
    package let question, token, button, back: String
    package let wrong: String?
    package let asksNumber: Bool
    /// What was posted, to be posted again.
    package let fields: [HiddenField]

    /// - Parameter fields: what was posted.
    package init(
        _ act: ReviewAct, count: Int, _ asking: Asking, _ fields: [HiddenField], isWrong: Bool, staff: SignedInStaff,
        back: String, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.confirmTitle))
        text = texts.texts
        let number = texts.number(count)
        asksNumber = asking == .number
        question = texts(
            asksNumber ? .confirmQuestion : .confirmSum, [.act: texts(StaffText(asking: act)), .count: number])
        wrong = isWrong ? texts(.confirmWrong, [.count: number]) : nil
        token = staff.formToken
        button = texts(StaffText(asking: act))
        self.back = back
        self.fields = fields + (asksNumber ? [] : [HiddenField(name: DeskForm.Field.said.rawValue, value: String(count))])
    }
}

/// A field of a form that nobody sees.
package struct HiddenField: Sendable {
    package let name, value: String

    package init(name: String, value: String) {
        (self.name, self.value) = (name, value)
    }

    /// What a form says that was posted, but for the number.
    static func all(_ form: DeskForm) -> [HiddenField] {
        form.items.map { HiddenField(name: "item", value: $0) }
            + [DeskForm.Field.act, .reason, .sentence, .scope, .newest].map { HiddenField(name: $0.rawValue, value: form[$0]) }
    }

    /// So that a form leads back to the same list.
    static func all(_ query: DeskQuery) -> [HiddenField] {
        DeskQuery.Field.allCases.compactMap { field in query.values[field].map { HiddenField(name: field.rawValue, value: $0) } }
    }
}
