/// The parsers of bytes that anyone may send. The raw value names the corpus and the dictionary.
///
/// Each check feeds its parser and compares the result with what the parser's type promises. The caller watches for traps, endless
/// loops and growth.
enum ForeignBytes: String, CaseIterable, Sendable {
    case address, text, form, multipart, json
    case request, forwarded, proxy, token
    case frame, payload, control, seal
    case reply, redaction, compose
    case csv, settings, mailbox, mail

    /// - Throws: `Breach` with what was let through.
    func check(_ bytes: [UInt8]) throws(Breach) {
        switch self {
        case .address: try AddressCheck.check(bytes)
        case .text: try TextCheck.check(bytes)
        case .form: try FormCheck.check(bytes)
        case .multipart: try MultipartCheck.check(bytes)
        case .json: try JSONCheck.check(bytes)
        case .request: try RequestCheck.check(bytes)
        case .forwarded: try ForwardedCheck.check(bytes)
        case .proxy: try ProxyCheck.check(bytes)
        case .token: try TokenCheck.check(bytes)
        case .frame: try FrameCheck.check(bytes)
        case .payload: try PayloadCheck.check(bytes)
        case .control: try ControlCheck.check(bytes)
        case .seal: try SealCheck.check(bytes)
        case .reply: try ReplyCheck.check(bytes)
        case .redaction: try RedactionCheck.check(bytes)
        case .compose: try ComposeCheck.check(bytes)
        case .csv: try CSVCheck.check(bytes)
        case .settings: try SettingsCheck.check(bytes)
        case .mailbox: try MailboxCheck.check(bytes)
        case .mail: try MailCheck.check(bytes)
        }
    }

    /// The most bytes that reach the parser in service: work that grows faster than its input shows at that size.
    var limit: Int {
        switch self {
        // EmailAddress reads one kilobyte; a request line and a header field have eight.
        case .address, .token: 2_048
        case .request, .forwarded, .settings: 8_192
        case .proxy: 4_096
        // Bodies end at 256 KiB, what is read from them at a quarter of that.
        case .form, .multipart, .json: 262_144
        case .text, .compose: 65_536
        // The longest seal has 96 KiB. Frames may have a megabyte, but are read in pieces.
        case .frame, .payload, .control, .seal: 98_304
        // 128 lines of a kilobyte.
        case .reply, .redaction: 65_536
        // An import has megabytes, in records of at most 8 KiB.
        case .csv: 65_536
        case .mailbox, .mail: 65_536
        }
    }
}
