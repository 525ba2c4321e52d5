/// One complete reply of a server, its lines joined (RFC 5321 §4.2).
package struct SMTPReply: Hashable, Sendable {
    /// Three digits. A sane server's are between 200 and 599; nothing here relies on that.
    package let code: Int
    package let enhanced: EnhancedStatus?
    /// What each line said after the code, without control characters. Not redacted yet.
    package let lines: [String]

    package init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
        enhanced = lines.first?.firstWord.flatMap { EnhancedStatus($0) }
    }

    /// The lines joined by spaces, without the enhanced status that some servers repeat on each of them. May hold
    /// addresses: `Redaction` comes before anything that keeps or shows it.
    package var text: String {
        lines.map { line in
            guard let enhanced, let first = line.firstWord, EnhancedStatus(first) == enhanced else { return line }
            return line[first.endIndex...].utf8.split(separator: 0x20).map { String(Substring($0)) }.joined(separator: " ")
        }
        .joined(separator: " ")
    }

    /// What the first digit says (RFC 5321 §4.2.1). A client must understand it even when the code is new to it.
    package var severity: Severity {
        switch code {
        case 200...299: .positive
        case 300...399: .intermediate
        case 400...499: .transient
        case 500...599: .permanent
        default: .unheardOf
        }
    }

    package enum Severity: Sendable {
        case positive, intermediate, transient, permanent
        /// 1xx, 6xx and the like, which SMTP does not have.
        case unheardOf
    }
}

extension String {
    fileprivate var firstWord: Substring? {
        utf8.split(separator: 0x20, maxSplits: 1).first.map { Substring($0) }
    }
}

/// One line of a reply as it came from the socket.
enum SMTPReplyLine: Equatable, Sendable {
    /// `250-text`: more lines follow.
    case more(code: Int, text: String)
    /// `250 text`, or the code alone.
    case last(code: Int, text: String)
    /// No reply line at all.
    case noise

    /// - Parameters:
    ///   - octets: with the line end. What counts as the last line is what libcurl (7.88, `smtp_endofresp`) takes for
    ///     it, since the two of us must agree on whether an answer is complete.
    ///   - limit: the octets of text that are kept.
    init(_ octets: [UInt8], limit: Int) {
        let digits = octets.prefix(3).map { Int($0) - 0x30 }
        guard digits.count == 3, digits.allSatisfy({ (0...9).contains($0) }) else {
            self = .noise
            return
        }
        let code = digits[0] * 100 + digits[1] * 10 + digits[2]
        let rest = octets.dropFirst(3)
        var words = rest.dropFirst().prefix(limit)
        // Cut between two words: the front half of an address is none that anybody would know and leave out.
        if words.count < rest.dropFirst().count, let end = words.lastIndex(of: 0x20) { words = words[..<end] }
        let kept = words.filter { $0 >= 0x20 && $0 != 0x7F }
        // Latin-1 and worse come along in replies; what cannot be read is replaced, never refused.
        let text = String(decoding: kept, as: UTF8.self)
        switch rest.first {
        case 0x20: self = .last(code: code, text: text)
        case 0x2D: self = .more(code: code, text: text)
        case 0x0D where rest.count == 2: self = .last(code: code, text: "")
        default: self = .noise
        }
    }
}
