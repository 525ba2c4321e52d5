private import PosternCore
private import PosternRelay
package import PosternText

/// Where a member leaves: what it means, then the last question.
package struct ErasePage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case home, heading, notice, title, detail, action, token, place
        case meaning, lead, points, privacyPath, last, sentence, ask, fault, typed
    }

    package static let template = "members/erase"
    package static let required: [Property] = [.home, .heading, .action, .token, .lead, .privacyPath, .sentence, .ask, .fault]

    package enum Occasion: Equatable, Sendable {
        case meaning
        case sure
        case wrongHandle(typed: String)
        case obstacle(MemberObstacle)
    }

    package let frame: PageFrame
    package let text: Texts
    package let home, heading, action, token, place: String
    package let notice: MemberNotice?
    package let meaning: Meaning?
    package let last: Question?

    package struct Meaning: Sendable {
        package let lead: String
        package let points: [String]
        package let privacyPath: String
    }

    package struct Question: Sendable {
        package let sentence, ask: String
        package let fault: String?
        package let typed: String
    }

    package init(_ occasion: Occasion, on sheet: MemberSheet) {
        let texts = sheet.texts
        let handle = sheet.page.recipient.handle.text
        (home, action) = (sheet.home, sheet.link(MemberPath.erase))
        (token, place) = (sheet.token, sheet.place)
        var (notice, fault, typed) = (MemberNotice?.none, String?.none, "")
        switch occasion {
        case .meaning, .sure: break
        case .wrongHandle(let text):
            (notice, typed) = (MemberObstacle.faults.notice(texts), text)
            fault = texts(.eraseHandleWrong, [.page: handle])
        case .obstacle(let obstacle): notice = obstacle.notice(texts)
        }
        self.notice = notice
        let isMeaning = occasion == .meaning
        heading = texts(isMeaning ? .eraseTitle : .eraseSureTitle)
        meaning =
            isMeaning
            ? Meaning(
                lead: texts(.eraseLead),
                points: [
                    texts(.erasePointLetters), texts(.erasePointData), texts(.erasePointMail),
                    texts(.erasePointName, [.page: sheet.place]), texts(.erasePointLog), texts(.erasePointBackups),
                ],
                privacyPath: sheet.link("/privacy/\(sheet.page.site.id)")) : nil
        last =
            isMeaning
            ? nil
            : Question(sentence: texts(.eraseSure), ask: texts(.eraseHandle, [.page: handle]), fault: fault, typed: typed)
        frame = sheet.frame(notice?.title ?? texts(.memberPageTitle), path: isMeaning ? MemberPath.erase : nil)
        text = texts.texts
    }
}

/// What somebody reads who has just been erased. Nothing of theirs is on it.
package struct ErasedPage: Page {
    package enum Property: String, CaseIterable, Sendable { case detail }

    package static let template = "members/erased"
    package static let required: [Property] = [.detail]

    package let frame: PageFrame
    package let text: Texts
    package let detail: String

    package init(from site: String, _ presentation: Presentation) {
        frame = presentation.frame(title: presentation.texts(.memberPageTitle))
        text = presentation.texts.texts
        detail = presentation.texts(.erasedDetail, [.site: site])
    }
}
