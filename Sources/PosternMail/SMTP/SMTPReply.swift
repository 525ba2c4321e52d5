private import PosternCore

/// One complete reply of a server, its lines joined (RFC 5321 §4.2).
package struct SMTPReply: Hashable, Sendable {
    /// Three digits. A sane server's are between 200 and 599; nothing here relies on that.
    package let code: Int
    package let enhanced: EnhancedStatus?
    /// The text of each line after the code, without control characters. Not redacted yet.
    package let lines: [String]

    package init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
        enhanced = lines.first?.leadingStatus?.status ?? Self.markedStatus(in: lines, of: code)
    }

    /// Some servers write the status elsewhere, with a sign: `#5.1.0 Address rejected` (Cisco), `… mailbox here (#5.1.1)` (qmail), or
    /// in brackets.
    private static func markedStatus(in lines: [String], of code: Int) -> EnhancedStatus? {
        lines.lazy.flatMap { $0.split(separator: " ") }.compactMap { word in
            guard let first = word.first, "(#[<".contains(first) || word.utf8.contains(UInt8(ascii: "#")) else { return nil }
            return EnhancedStatus(String(word.drop { "(#[<".contains($0) }.prefix { $0.isNumber || $0 == "." }))
        }
        .first { $0.statusClass == code / 100 }
    }

    /// The lines joined by spaces, without the enhanced status that some servers repeat on each of them. May hold addresses: use
    /// `Redaction` before storing or showing it.
    package var text: String {
        lines.map { line in
            guard let enhanced, let leading = line.leadingStatus, leading.status == enhanced else { return line }
            return leading.rest.utf8.split(separator: 0x20).map { String(Substring($0)) }.joined(separator: " ")
        }
        .joined(separator: " ")
    }

    /// The meaning of the first digit (RFC 5321 §4.2.1). A client must understand it even if it does not know the code.
    package var severity: Severity {
        switch code {
        case 200...299: .positive
        case 300...399: .intermediate
        case 400...499: .transient
        case 500...599: .permanent
        default: .unknown
        }
    }

    package enum Severity: Sendable {
        case positive, intermediate, transient, permanent
        /// 1xx, 6xx and the like, which SMTP does not have.
        case unknown
    }

    /// The codes that we treat individually (RFC 5321 §4.2.3).
    enum Code {
        static let serviceReady = 220
        static let startMailInput = 354
        static let serviceNotAvailable = 421
        static let syntaxError = 500
        static let syntaxErrorInParameters = 501
        static let commandNotImplemented = 502
        static let badSequence = 503
        static let parameterNotImplemented = 504
        static let userNotLocal = 551
        static let exceededStorage = 552
        static let parametersNotRecognised = 555
        /// RFC 7504 §4, RFC 7505 §4.1
        static let domainTakesNoMail = 556

        // RFC 4954 §6
        static let authenticationRequired = 530
        static let mechanismTooWeak = 534
        static let credentialsInvalid = 535
        /// RFC 2554 §6; obsolete and still in use.
        static let encryptionRequired = 538
    }
}

extension String {
    /// The status that a line begins with, and what comes after it. RFC 2034 §4 has a blank there; servers also write `5.2.2:`,
    /// `[5.4.5]`, `(5.1.1)`, `#5.1.0` and `5.1.1<jo@members.example>`.
    fileprivate var leadingStatus: (status: EnhancedStatus, rest: Substring)? {
        let (blank, point) = (UInt8(ascii: " "), UInt8(ascii: "."))
        let begun = utf8.drop { $0 == blank }.drop { "([<#".utf8.contains($0) }
        var digits = begun.prefix { $0.isASCIIDigit || $0 == point }
        if digits.last == point { digits = digits.dropLast() }
        guard let status = EnhancedStatus(Substring(digits)) else { return nil }
        let after = utf8[digits.endIndex...]
        let signs = after.prefix { ")]>:;,.-".utf8.contains($0) }
        let rest = utf8[signs.endIndex...]
        // `5.1.1-static.example` and `5.1.1x` are names.
        guard rest.isEmpty || rest.first == blank || "<:".utf8.contains(after.first ?? blank) else { return nil }
        return (status, Substring(rest))
    }
}

/// The enhanced status code at the beginning of a reply's text: `5.1.1` (RFC 3463 §2, RFC 2034 §4).
package struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    package let statusClass: Int
    /// 1 addressing, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 security or policy.
    package let subject: Int
    package let detail: Int

    package init(_ statusClass: Int, _ subject: Int, _ detail: Int) {
        self.statusClass = statusClass
        self.subject = subject
        self.detail = detail
    }

    /// Nil unless the whole word is one: a version number or an address that begins like one is not.
    package init?(_ word: some StringProtocol) {
        // Each dot shifts the numbers one place to the left.
        var numbers = (0, 0, 0)
        var (place, digits) = (0, 0)
        for octet in word.utf8 {
            switch octet {
            case 0x30...0x39 where digits < 3:
                digits += 1
                numbers.2 = numbers.2 * 10 + Int(octet - 0x30)
            case 0x2E where digits > 0 && place < 2:
                (place, digits) = (place + 1, 0)
                numbers = (numbers.1, numbers.2, 0)
            default: return nil
            }
        }
        guard place == 2, digits > 0, [2, 4, 5].contains(numbers.0) else { return nil }
        self.init(numbers.0, numbers.1, numbers.2)
    }

    package var description: String { "\(statusClass).\(subject).\(detail)" }
}

/// One line of a reply as it came from the socket.
enum SMTPReplyLine: Equatable, Sendable {
    /// `250-text`: more lines follow.
    case more(code: Int, text: String)
    /// `250 text`, or the code alone.
    case last(code: Int, text: String)
    /// Not a reply line.
    case noise

    /// - Parameters:
    ///   - octets: with the line end. The last line is recognised as libcurl does it (7.88, `smtp_endofresp`), since we must agree
    ///     with it on whether a reply is complete.
    ///   - limit: the octets of text to keep.
    init(_ octets: [UInt8], limit: Int) {
        let digits = octets.prefix(3).map { Int($0) - 0x30 }
        guard digits.count == 3, digits.allSatisfy({ (0...9).contains($0) }) else {
            self = .noise
            return
        }
        let code = digits[0] * 100 + digits[1] * 10 + digits[2]
        let rest = octets.dropFirst(3)
        var words = rest.dropFirst().prefix(limit)
        // Cut between two words: `Redaction` would not recognise half an address.
        if words.count < rest.dropFirst().count, let end = words.lastIndex(of: 0x20) { words = words[..<end] }
        let kept = words.filter { $0 >= 0x20 && $0 != 0x7F }
        // Latin-1 and worse occur in replies. What cannot be read is replaced, never refused.
        let text = String(decoding: kept, as: UTF8.self)
        switch rest.first {
        case 0x20: self = .last(code: code, text: text)
        case 0x2D: self = .more(code: code, text: text)
        case 0x0D where rest.count == 2: self = .last(code: code, text: "")
        default: self = .noise
        }
    }
}
