package import PosternCore
package import PosternMail

/// A link of our own in a mail of the demo mailbox.
package struct MailboxLink: Hashable, Sendable {
    /// Complete, as the mail has it.
    package let url: String
    /// What stands on it in the mail's HTML; nil where it stands in the text alone.
    package let label: String?

    /// Everything in the mail that leads to `origin`, each once, in the order of the HTML and then of the text.
    package static func all(in mail: MailView, to origin: WebOrigin) -> [MailboxLink] {
        let anchors = anchors(in: mail.html ?? "", to: origin)
        let known = Set(anchors.map(\.url))
        var seen: Set<String> = []
        return (anchors + urls(in: mail.plain ?? "", to: origin).filter { !known.contains($0) }.map { Self(url: $0, label: nil) })
            .filter { seen.insert($0.url).inserted }
    }

    /// The first part of its path: what it is for.
    package func leads(to page: String, at origin: WebOrigin) -> Bool { url.hasPrefix("\(origin)/\(page)/") }

    private init(url: String, label: String?) {
        (self.url, self.label) = (url, label)
    }

    /// Our own templates write them so; whatever else is in a mail is left out, and shown as its text all the same.
    private static func anchors(in html: String, to origin: WebOrigin) -> [MailboxLink] {
        html.split(separator: "href=\"", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            guard let end = part.firstIndex(of: "\""), let url = urls(in: unescaped(part[..<end]), to: origin).first,
                url == unescaped(part[..<end])
            else { return nil }
            let rest = part[end...]
            guard let begin = rest.firstIndex(of: ">") else { return Self(url: url, label: nil) }
            let text = unescaped(text(of: rest[rest.index(after: begin)...]))
            return Self(url: url, label: text.isEmpty ? nil : text)
        }
    }

    /// What stands before the end of the anchor, without the tags within it.
    private static func text(of html: Substring) -> Substring {
        var (text, isTag, rest) = ("", false, html)
        while let character = rest.first, !rest.hasPrefix("</a"), text.utf8.count < 200 {
            rest.removeFirst()
            switch character {
            case "<": isTag = true
            case ">" where isTag: isTag = false
            default: if !isTag { text.append(character) }
            }
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")[...]
    }

    private static func unescaped(_ html: Substring) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(String(html)) { text, entity in
            text.replacing(entity.0, with: entity.1)
        }
    }

    /// Paths and queries as we make them: a full stop at the end belongs to the sentence.
    private static func urls(in text: String, to origin: WebOrigin) -> [String] {
        let start = "\(origin)/"
        return text.ranges(of: start).map { range in
            let path = text[range.upperBound...].prefix { character in
                character.isASCII && (character.isLetter || character.isNumber || "-._~/?=&%+".contains(character))
            }
            return start + (path.last == "." ? path.dropLast() : path)
        }
    }
}
