private import HTTPTypes
package import Hummingbird
package import PosternRelay

/// Where a recipient confirms that an address is theirs, `/confirm/{site}/{handle}/{token}`: `GET` shows the question,
/// `POST` answers it.
package struct ConfirmationForm: Sendable {
    private let confirmations: any ConfirmationTaker
    private let intake: LetterIntake
    private let responses: ResponseFactory

    package init(_ confirmations: any ConfirmationTaker, _ intake: LetterIntake, _ responses: ResponseFactory) {
        self.confirmations = confirmations
        self.intake = intake
        self.responses = responses
    }

    /// Does not check the token: that happens when the button is pressed.
    package func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        try await page(.question(action: request.uri.path), request, context)
    }

    package func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        switch await confirmations.confirm(site: context["site"], handle: context["handle"], token: context["token"]) {
        case .confirmed: try await page(.confirmed, request, context)
        case .paused: try await page(.paused, request, context)
        case .notValid: try await page(.notValid, request, context, status: .forbidden)
        case .unavailable(let wait):
            responses.error(.unavailable, responses.presentation(for: request)).retrying(after: wait)
        }
    }

    private func page(
        _ occasion: ConfirmationPage.Occasion, _ request: Request, _ context: WebContext, status: HTTPResponse.Status = .ok
    ) async throws(RequestFault) -> Response {
        let contact = try await intake.contact(context)
        let presentation = responses.presentation(for: request, site: contact.site)
        return responses.page(ConfirmationPage(occasion, to: RecipientNames(contact), presentation), status: status)
    }
}
