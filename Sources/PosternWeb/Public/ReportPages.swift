private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// `/report/{link}`: a recipient reports one letter, sees that it was reported, takes the report back, and can mute the visitor as
/// well. A program that presses the button has chosen no reason, and so reports nothing.
struct ReportPages: Sendable {
    let conversations: any ConversationServing
    let responses: ResponseFactory

    func show(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let path = try ConversationPath(context)
        return page(.shown, try await view(path, context), path, request)
    }

    func post(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let (form, refusal) = await request.posted(ReportForm.self, context)
        let path = try ConversationPath(context)
        if let refusal {
            let view = try await view(path, context)
            return refusal.told(
                in: page(.refused(refusal.reason), view, path, written: form.written, status: refusal.status, request))
        }
        switch form.action {
        case .report, nil: return try await report(form.written, path, request, context)
        case .withdraw:
            let view = try await context.followed { try await conversations.withdrawReport(path.link) }
            return page(view.standing == .none ? .takenBack : .shown, view, path, request)
        case .mute, .unmute:
            _ = try await context.followed {
                try await conversations.setMuted(form.action == .mute, path.link, for: .report)
            }
            return back(to: path, request)
        }
    }

    private func report(
        _ written: ReportPage.Written, _ path: ConversationPath, _ request: Request, _ context: WebContext
    ) async throws(RequestFault) -> Response {
        let view = try await view(path, context)
        // Pressed twice, it was reported the first time.
        guard view.standing == .none else { return back(to: path, request) }
        let (remark, fault) = Self.remark(written.remark)
        guard let reason = written.reason, fault == nil else {
            return page(
                .faulty(isReasonMissing: written.reason == nil, remark: fault), view, path, written: written,
                status: .unprocessableContent, request)
        }
        do {
            let post = ReportPost(link: path.link, reason: reason, remark: remark, mutes: written.mutes)
            guard try await conversations.report(post) != nil else { throw RequestFault.deadLink }
        } catch let fault as RequestFault {
            throw fault
        } catch {
            _ = context.incident("a report cannot be kept", error)
            return page(.unavailable(.seconds(30)), view, path, written: written, status: .serviceUnavailable, request)
                .retrying(after: .seconds(30))
        }
        return back(to: path, request)
    }

    private static func remark(_ text: String) -> (LetterText?, TextFault?) {
        guard !text.allSatisfy(\.isWhitespace) else { return (nil, nil) }
        do throws(TextFault) {
            return (try LetterText(text, limit: ReportPost.longestRemark), nil)
        } catch {
            // Of what nobody can see nothing is left, and nothing is missing.
            return (nil, error == .empty ? nil : error)
        }
    }

    /// To the page itself, so that loading it again posts nothing.
    private func back(to path: ConversationPath, _ request: Request) -> Response {
        responses.seeOther(responses.presentation(for: request).link(path.path), under: responses.headers.link)
    }

    private func view(_ path: ConversationPath, _ context: WebContext) async throws(RequestFault) -> ReportView {
        try await context.followed { try await conversations.report(behind: path.link) }
    }

    private func page(
        _ occasion: ReportPage.Occasion, _ view: ReportView, _ path: ConversationPath,
        written: ReportPage.Written = ReportPage.Written(), status: HTTPResponse.Status = .ok, _ request: Request
    ) -> Response {
        let presentation = responses.presentation(
            for: request, site: view.conversation.site, preferring: view.conversation.language, isScripted: false)
        return responses.page(
            ReportPage(occasion, view, at: path.path, written: written, presentation), status: status,
            under: responses.headers.link)
    }
}
