private import HTTPTypes
internal import Hummingbird
private import Logging
internal import PosternCore
internal import PosternRelay

/// What was posted from one of the pages on which staff look after blocks, recipients, sites, accounts and tokens.
struct AdministrationForm: ReadableForm {
    enum Field: String, CaseIterable, Sendable {
        /// The session's token.
        case form
        /// Of a block.
        case kind, mark, effect, reason, lasting, confirmed
        /// Of a recipient, an account, a token: what to do, and its name typed once more.
        case action, typed, site, handle, name, token
        /// Of a site.
        case accent, languages, join, writers
    }

    private var values: [Field: String] = [:]
    /// A site's introductions, by the tag of their language.
    private(set) var introductions: [String: String] = [:]
    private(set) var fault: FormFault?

    /// How the field of an introduction begins; its language follows.
    static let introduction = "introduction-"

    init() {}

    /// Unknown fields are ignored. Of a field that occurs twice the first counts, and it is a fault.
    init(_ posted: PostedForm) {
        var repeated: String?
        for posted in posted.fields {
            if posted.name.hasPrefix(Self.introduction) {
                introductions[String(posted.name.dropFirst(Self.introduction.count))] = posted.value
            }
            guard let field = Field(rawValue: posted.name) else { continue }
            if values[field] == nil { values[field] = posted.value } else { repeated = repeated ?? posted.name }
        }
        fault = posted.fault ?? repeated.map { .repeated(field: $0) }
    }

    init(salvaging _: [UInt8]) {}

    subscript(field: Field) -> String { values[field] ?? "" }
}

extension Request {
    /// What was posted from a page of this session: its forms have the session's token.
    func administered(_ context: WebContext) async throws(RequestFault) -> (SignedInStaff, AdministrationForm) {
        let (form, refusal) = await posted(AdministrationForm.self, context)
        guard let own = context.staff, refusal == nil, form[.form] == own.formToken else {
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
        do { return try await ask() } catch { throw .unavailable(incident("a page of staff's cannot be made", error)) }
    }

    /// The same for what may be refused in words.
    func trying<Value: Sendable>(
        _ ask: () async throws -> Value
    ) async throws(RequestFault) -> Result<Value, OperationRefusal> {
        do {
            return .success(try await ask())
        } catch let fault as any OperationFault {
            return .failure(OperationRefusal(text: [fault.description, fault.remedy].compactMap { $0 }.joined(separator: ". ")))
        } catch {
            throw .unavailable(incident("staff's wish cannot be carried out", error))
        }
    }
}

/// Why an operation was not carried out, in words. Everything is as it was.
struct OperationRefusal: Error {
    let text: String
}
