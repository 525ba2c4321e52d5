package import PosternCore
private import PosternRelay
package import PosternText

/// Where a member gives a new address, and shows by a code that it is theirs.
package struct AddressPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case home, heading, done, notice, title, detail, code, ask, action, token, place, fault, typed
    }

    package static let template = "members/address"
    package static let required: [Property] = [.home, .heading, .detail, .action, .token, .fault, .typed]

    package enum Occasion: Equatable, Sendable {
        case shown(MemberDeed?)
        case addressFault(FieldFault, typed: String)
        case codeMissing
        case codeWrong(typed: String)
        case codeOver
        case codeSpent
        case obstacle(MemberObstacle, typed: String)
    }

    package let frame: PageFrame
    package let text: Texts
    package let home, heading, action, token, place: String
    package let done: String?
    package let notice: MemberNotice?
    package let detail: String
    /// One of the two is there: the field for the code, or that for a new address.
    package let code, ask: Field?

    package struct Field: Sendable {
        package let fault: String?
        package let typed: String
    }

    package init(_ occasion: Occasion, on sheet: MemberSheet) {
        let texts = sheet.texts
        let isAsked = sheet.page.isAddressAsked
        (home, action) = (sheet.home, sheet.link(MemberPath.address))
        (token, place) = (sheet.token, sheet.place)
        heading = texts(isAsked ? .addressCodeTitle : .addressTitle)
        detail = texts(isAsked ? .addressCodeDetail : .addressDetail)
        var (done, notice, fault, typed) = (String?.none, MemberNotice?.none, String?.none, "")
        switch occasion {
        case .shown(let deed): done = deed?.sentence(texts)
        case .addressFault(let field, let text):
            (notice, typed) = (MemberObstacle.faults.notice(texts), text)
            fault = field.reason == .address(.empty) ? texts(.addressNewMissing) : texts.text(of: field)
        case .codeMissing: (notice, fault) = (MemberObstacle.faults.notice(texts), texts(.addressCodeMissing))
        case .codeWrong(let text): (notice, fault, typed) = (MemberObstacle.faults.notice(texts), texts(.addressCodeWrong), text)
        case .codeOver: notice = MemberNotice(texts(.addressCodeOverTitle), texts(.addressCodeOverDetail))
        case .codeSpent: notice = MemberNotice(texts(.addressCodeSpentTitle), texts(.addressCodeSpentDetail))
        case .obstacle(let obstacle, let text): (notice, typed) = (obstacle.notice(texts), text)
        }
        (self.done, self.notice) = (done, notice)
        let field = Field(fault: fault, typed: typed)
        (code, ask) = isAsked ? (field, nil) : (nil, field)
        frame = sheet.frame(notice?.title ?? texts(.memberPageTitle), path: notice == nil ? MemberPath.address : nil)
        text = texts.texts
    }
}
