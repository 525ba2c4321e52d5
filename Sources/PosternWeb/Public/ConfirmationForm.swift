private import HTTPTypes
internal import Hummingbird
internal import PosternRelay

/// Where a recipient confirms that an address is theirs, `/confirm/{site}/{handle}/{token}`: `GET` shows the question,
/// `POST` answers it.
struct ConfirmationForm: Sendable {
    let confirmations: any ConfirmationServing
    let intake: LetterIntake
    let responses: ResponseFactory

    /// Does not check the token: that happens when the button is pressed.
    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await page(.question(action: request.uri.path), request, context)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        // Another site's page has its visitor press our button: here they see what it is about.
        guard await intake.origins.origin(of: request, context) != .foreign else { return try await show(request, context) }
        return switch await confirmations.confirm(site: context["site"], handle: context["handle"], token: context["token"]) {
        case .confirmed: try await page(.confirmed, request, context)
        case .paused: try await page(.paused, request, context)
        case .notValid, .spent: try await page(.notValid, request, context, status: .forbidden)
        case .unavailable(let wait):
            responses.fault(RequestFault(page: .unavailable, .serviceUnavailable), request, context).retrying(after: wait)
        }
    }

    private func page(
        _ occasion: ConfirmationPage.Occasion, _ request: Request, _ context: WebContext, status: HTTPResponse.Status = .ok
    ) async throws(RequestFault) -> Response {
        let contact = try await intake.contact(context)
        let presentation = responses.presentation(for: request, site: contact.site, isScripted: false)
        return responses.page(
            ConfirmationPage(occasion, to: RecipientNames(contact), presentation), status: status, under: responses.headers.link)
    }
}
