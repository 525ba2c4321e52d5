package import Hummingbird
internal import PosternText

/// What can go wrong before a letter is read, or apart from one, with its status and its two texts.
package enum PageFault: Equatable, Sendable, CaseIterable {
    case notFound, method, badRequest, tooLarge, tooSlow, mediaType, unavailable, misdirected

    package var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .method: .methodNotAllowed
        case .badRequest: .badRequest
        case .tooLarge: .contentTooLarge
        case .tooSlow: .requestTimeout
        case .mediaType: .unsupportedMediaType
        case .unavailable: .serviceUnavailable
        case .misdirected: .misdirectedRequest
        }
    }

    var title: PageText {
        switch self {
        case .notFound: .errorNotFoundTitle
        case .method: .errorMethodTitle
        case .badRequest: .errorBadRequestTitle
        case .tooLarge: .errorTooLargeTitle
        case .tooSlow: .errorTooSlowTitle
        case .mediaType: .errorMediaTypeTitle
        case .unavailable: .errorUnavailableTitle
        case .misdirected: .errorMisdirectedTitle
        }
    }

    var detail: PageText {
        switch self {
        case .notFound: .errorNotFoundDetail
        case .method: .errorMethodDetail
        case .badRequest: .errorBadRequestDetail
        case .tooLarge: .errorTooLargeDetail
        case .tooSlow: .errorTooSlowDetail
        case .mediaType: .errorMediaTypeDetail
        case .unavailable: .errorUnavailableDetail
        case .misdirected: .errorMisdirectedDetail
        }
    }
}

/// One fault in words, with what to do. It shows no internals: the incident id leads staff to the log.
package struct ErrorPage: Page {
    package enum Tag: String, CaseIterable, Sendable { case heading, detail, incident }

    package static let template = "web/error"
    package static let required: [Tag] = [.detail, .incident]

    package let frame: PageFrame
    package let heading: String
    package let detail: String
    package let incident: String?

    package init(_ fault: PageFault, incident: Incident?, _ presentation: Presentation) {
        let texts = presentation.texts
        heading = texts(fault.title)
        detail = texts(fault.detail)
        frame = presentation.frame(title: heading)
        self.incident = incident.map { texts(.errorIncident, [.incident: $0.description]) }
    }
}

/// Names one fault of ours, on the page and in the log alike. The number means nothing else.
package struct Incident: Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(using randomness: inout some RandomNumberGenerator) {
        let number: UInt64 = randomness.next()
        let digits = String(number, radix: 16)
        description = String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
