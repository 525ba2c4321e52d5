internal import PosternCore
package import PosternRelay
package import PosternText

/// Where a visitor types the code from a mail, so that a letter goes out that waits for it.
package struct ProvePage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, detail, notice, title, warning, form, action, written, fault, until, again
    }

    package static let template = "web/prove"
    package static let required: [Property] = [.heading, .detail, .action, .written, .fault, .until]

    package let frame: PageFrame
    package let text: Texts
    package let heading, detail: String
    package let notice: Notice?
    /// Nil when there is nothing to type.
    package let form: Form?
    /// Where the letter can be written once more; nil when there is no need to.
    package let again: String?

    package struct Notice: Sendable {
        package let title, warning: String
    }

    package struct Form: Sendable {
        package let action, written: String
        package let fault: String?
        package let until: String
    }
}

extension ProvePage {
    /// Why the page is shown.
    package enum Occasion: Equatable, Sendable {
        case shown
        /// Nothing was typed.
        case empty
        case notSixDigits
        case wrong(left: Int)
        case spent
        case unavailable(Duration)
    }

    /// - Parameters:
    ///   - path: of the page itself.
    ///   - written: what was typed.
    package init(_ occasion: Occasion, _ view: ProofView, at path: String, written: String = "", _ presentation: Presentation) {
        let texts = presentation.texts
        let contactPage = presentation.link(RecipientPath(site: view.site.id.text, handle: view.handle.text).page)
        // It names nobody, since others may see tabs and histories.
        frame = presentation.frame(title: texts(.provePageTitle), path: path)
        text = texts.texts
        switch (view.standing, occasion) {
        case (.proven, _):
            (heading, detail) = (texts(.proveProvenTitle), texts(.proveProvenDetail))
            (notice, form, again) = (nil, nil, nil)
        case (.dropped, _):
            (heading, detail) = (texts(.proveDroppedTitle), texts(.proveDroppedDetail))
            (notice, form, again) = (nil, nil, contactPage)
        case (.waiting, .spent):
            (heading, detail) = (texts(.proveSpentTitle), texts(.proveSpentDetail))
            (notice, form, again) = (nil, nil, contactPage)
        case (.waiting(let end), _):
            (heading, detail) = (texts(.proveTitle), texts(.proveDetail, [.recipient: view.recipientName.text]))
            notice = Self.notice(occasion, texts)
            form = Form(
                action: presentation.link(path), written: written, fault: Self.fault(occasion, texts),
                until: texts(.proveUntil, [.date: texts.date(end)]))
            again = nil
        }
    }

    private static func notice(_ occasion: Occasion, _ texts: Catalogue) -> Notice? {
        guard case .unavailable(let wait) = occasion else { return nil }
        return Notice(title: texts(.proveUnavailableTitle), warning: texts(.proveUnavailableDetail, [.wait: texts.span(wait)]))
    }

    private static func fault(_ occasion: Occasion, _ texts: Catalogue) -> String? {
        switch occasion {
        case .empty: texts(.proveRequired)
        case .notSixDigits: texts(.proveNotSix)
        case .wrong(let left): "\(texts(.proveWrong)) \(texts.text(PagePlural.codeTries, left))"
        case .shown, .spent, .unavailable: nil
        }
    }
}
