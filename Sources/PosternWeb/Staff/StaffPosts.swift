private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternRelay

/// A form on a page of somebody who is signed in.
protocol SessionForm: FieldForm {
    /// What the page of a session has in each of its forms, and no page of another site's can know.
    var sessionToken: String { get }
}

extension Request {
    /// What was posted from a page of this session.
    /// - Throws: a fault where the form has not the session's token, or cannot be read as it came.
    func staffPost<Form: SessionForm>(
        _: Form.Type, _ context: WebContext
    ) async throws(RequestFault) -> (SignedInStaff, Form) {
        let (form, refusal) = await posted(Form.self, context)
        guard let own = context.staff, refusal == nil, form.sessionToken == own.formToken else {
            throw RequestFault(page: .badRequest, .forbidden)
        }
        return (own, form)
    }
}

extension WebContext {
    /// Who is signed in: the guard has seen to it that somebody is.
    var signedIn: SignedInStaff {
        get throws(RequestFault) {
            guard let staff else { throw .notFound }
            return staff
        }
    }

    /// Asks the relay.
    /// - Throws: a fault with an incident's number where it does not answer.
    func asking<Value: Sendable>(_ ask: () async throws -> Value) async throws(RequestFault) -> Value {
        do { return try await ask() } catch { throw .unavailable(incident("a staff page could not be built", error)) }
    }

    /// The same for what may be refused in words.
    func trying<Value: Sendable>(
        _ ask: () async throws -> Value
    ) async throws(RequestFault) -> Result<Value, OperationRefusal> {
        do {
            return .success(try await ask())
        } catch let fault as any OperationFault {
            return .failure(OperationRefusal(text: fault.sentence))
        } catch {
            throw .unavailable(incident("an operation of staff could not be carried out", error))
        }
    }
}

extension OperationFault {
    /// For a page: what happened, and what to do.
    var sentence: String { [description, remedy].compactMap { $0 }.joined(separator: ". ") }
}

/// Why an operation was not carried out, in words. Everything is as it was.
struct OperationRefusal: Error {
    let text: String
}
