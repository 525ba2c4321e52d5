internal import HTTPTypes
internal import Hummingbird
private import Logging
package import PosternCore

/// One of our forms, made of what was posted.
protocol ReadableForm: Sendable {
    init()
    init(_ posted: PostedForm)
    /// What can be read of one in a format that is not accepted, so that it can be shown to its author again.
    init(salvaging body: [UInt8])
    /// Why it is not handed in as it came; nil when it can be.
    var fault: FormFault? { get }
}

/// Why a posted form is shown again without having been handed in.
package struct FormRefusal: Sendable {
    package enum Reason: Equatable, Sendable {
        /// A field came twice.
        case repeated(LetterField)
        /// Not all of the form could be read.
        case unreadable
        /// It was read in an encoding that is a guess.
        case unknownEncoding
        case tooLarge
        /// The end is missing.
        case cutShort
        /// It came in a form that is read here only to be shown again.
        case mediaType
    }

    let reason: Reason
    let status: HTTPResponse.Status
    /// The rest of the body is still on its way, and nobody wants it.
    private var isBodyLeft = false

    init(_ reason: Reason, _ status: HTTPResponse.Status) {
        self.reason = reason
        self.status = status
    }

    init(_ fault: RequestFault) {
        self.init(fault.status == .contentTooLarge ? .tooLarge : .cutShort, fault.status)
        isBodyLeft = true
    }

    init(_ fault: FormFault) {
        switch fault {
        case .notUTF8: self.init(.unknownEncoding, .unprocessableContent)
        case .cutShort: self.init(.cutShort, .badRequest)
        case .repeated(let name):
            self.init(LetterField(rawValue: name).map { .repeated($0) } ?? .unreadable, .badRequest)
        case .tooManyFields, .file, .malformed: self.init(.unreadable, .badRequest)
        }
    }

    /// The page that shows the form again, with what the client must know of the refusal.
    func told(in page: Response) -> Response {
        var response = page
        // RFC 9110 §12.5.3: what would have been accepted.
        if reason == .mediaType { response.headers[.acceptEncoding] = "identity" }
        return isBodyLeft ? response.closing() : response
    }
}

extension Request {
    /// The form as far as it could be read, and why it cannot be handed in.
    func posted<Form: ReadableForm>(_: Form.Type, _ context: WebContext) async -> (form: Form, refusal: FormRefusal?) {
        let type = PostedType(headers)
        let (body, bodyFault) = await bodyRead(context)
        let isCut = bodyFault != nil
        let form: Form
        var refusal: FormRefusal?
        switch type.mediaType {
        case _ where type.isEncoded && !body.isPlain:
            form = Form()
        case "multipart/form-data":
            form = Form(MultipartForm.fields(in: body, boundary: type.boundary, isCut: isCut).text(declared: type.charset))
        // Without a type it is what a form has if it names none (HTML standard, §4.10.18.6).
        case "application/x-www-form-urlencoded", nil:
            form = Form(URLEncodedForm.fields(in: body, isCut: isCut).text(declared: type.charset))
        default:
            (form, refusal) = (Form(salvaging: body), FormRefusal(.mediaType, .unsupportedMediaType))
        }
        if type.isEncoded { refusal = FormRefusal(.mediaType, .unsupportedMediaType) }
        if let bodyFault {
            refusal = FormRefusal(bodyFault)
        } else if refusal == nil, let fault = form.fault {
            refusal = FormRefusal(fault)
        }
        if let refusal {
            context.logger.debug(
                "a posted form is not taken as it came",
                metadata: [WebLogKey.fault: "\(form.fault.map { "\($0)" } ?? "\(refusal.status.code)")"])
        }
        return (form, refusal)
    }
}

extension [UInt8] {
    /// Whether it can be a form, whatever was said to have been done to it: what is compressed has control characters.
    fileprivate var isPlain: Bool { !contains { $0 < 0x20 && !(0x09...0x0D).contains($0) } }
}
