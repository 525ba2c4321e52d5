private import PosternCore
package import PosternText

/// What a page says of a request that failed: a title, and what to do.
package struct PageFault: Equatable, Sendable {
    let title, detail: PageText
    /// What to do, a paragraph each, where there is more than one thing.
    private(set) var ways: [PageText] = []
    /// Whether a member's own page is a way on.
    private(set) var leadsToSettings = false

    package static let notFound = PageFault(title: .errorNotFoundTitle, detail: .errorNotFoundDetail)
    package static let method = PageFault(title: .errorMethodTitle, detail: .errorMethodDetail)
    package static let badRequest = PageFault(title: .errorBadRequestTitle, detail: .errorBadRequestDetail)
    package static let tooLarge = PageFault(title: .errorTooLargeTitle, detail: .errorTooLargeDetail)
    package static let tooSlow = PageFault(title: .errorTooSlowTitle, detail: .errorTooSlowDetail)
    package static let limited = PageFault(title: .errorLimitedTitle, detail: .errorLimitedDetail)
    package static let unavailable = PageFault(title: .errorUnavailableTitle, detail: .errorUnavailableDetail)
    package static let deadLink = PageFault(
        title: .deadLinkTitle, detail: .deadLinkDetail, ways: [.deadLinkAgain, .deadLinkWrite, .deadLinkAsk],
        leadsToSettings: true)
    package static let mutesFull = PageFault(
        title: .mutesFullTitle, detail: .mutesFullDetail, leadsToSettings: true)
    package static let misdirected = PageFault(title: .errorMisdirectedTitle, detail: .errorMisdirectedDetail)
}

/// One fault in words, with what to do. It shows no internals: the incident id leads staff to the log.
package struct ErrorPage: Page {
    package enum Property: String, CaseIterable, Sendable { case heading, detail, ways, settings, incident, written }

    package static let template = "web/error"
    package static let required: [Property] = [.detail, .incident, .written]

    package let frame: PageFrame
    package let text: Texts
    package let heading, detail: String
    package let ways: [String]
    /// Where a member asks for a link to their own page.
    package let settings: String?
    package let incident: String?
    /// What a visitor had written, to be copied.
    package let written: String?

    package init(_ fault: PageFault, incident: Incident?, written: String? = nil, _ presentation: Presentation) {
        let texts = presentation.texts
        heading = texts(fault.title)
        detail = texts(fault.detail)
        ways = fault.ways.map { texts($0) }
        settings = fault.leadsToSettings ? presentation.link(MemberPath.home) : nil
        frame = presentation.frame(title: heading)
        text = texts.texts
        self.written = written.flatMap { $0.isEmpty ? nil : $0 }
        self.incident = incident.map { texts(.errorIncident, [.incident: $0.description]) }
    }
}

/// Names one fault of ours, on the page and in the log alike. The number means nothing else.
package struct Incident: Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(using randomness: inout some RandomNumberGenerator) {
        description = HexDigits.text(of: randomness.next() as UInt64)
    }
}
