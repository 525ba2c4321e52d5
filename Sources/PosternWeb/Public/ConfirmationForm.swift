private import HTTPTypes
package import Hummingbird
private import Logging
package import PosternRelay

/// Where a recipient says that an address is theirs: `GET` shows the question, `POST /confirm/{site}/{handle}/{token}`
/// answers it.
package struct ConfirmationForm: Sendable {
    private let confirmations: any ConfirmationTaker
    private let intake: LetterIntake
    private let responses: ResponseFactory

    package init(confirmations: any ConfirmationTaker, intake: LetterIntake, responses: ResponseFactory) {
        (self.confirmations, self.intake, self.responses) = (confirmations, intake, responses)
    }

    /// Says nothing of the token yet: whether it is good is found out by pressing the button.
    package func show(_ request: Request, for address: RecipientPath, _ context: WebContext) async -> Response {
        await page(.question(action: request.uri.path), request, for: address, context)
    }

    package func post(_ request: Request, for address: RecipientPath, token: String, _ context: WebContext) async -> Response {
        switch await confirmations.confirm(site: address.site, handle: address.handle, token: token) {
        case .confirmed:
            return await page(.confirmed, request, for: address, context)
        case .paused:
            return await page(.paused, request, for: address, context)
        case .notValid:
            return await page(.notValid, request, for: address, context, status: .forbidden)
        case .unavailable(let retryAfter):
            return responses.error(.unavailable, responses.presentation(for: request)).retrying(after: retryAfter)
        }
    }

    private func page(
        _ occasion: ConfirmationPage.Occasion, _ request: Request, for address: RecipientPath, _ context: WebContext,
        status: HTTPResponse.Status = .ok
    ) async -> Response {
        do {
            guard let contact = try await intake.contact(address) else {
                return responses.error(.notFound, responses.presentation(for: request))
            }
            let page = ConfirmationPage(
                occasion, to: RecipientNames(contact), responses.presentation(for: request, site: contact.site))
            return responses.page(page, status: status)
        } catch {
            let incident = context.incident("a recipient cannot be looked up", error)
            return responses.error(.unavailable, responses.presentation(for: request), incident: incident)
        }
    }
}
