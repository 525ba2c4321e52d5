/// Who did something. Every operation names one, and the trace of the operation keeps it.
package enum Actor: Hashable, Sendable {
    /// A person who may run Postern's commands on its machine.
    case `operator`
    /// A member of staff, by the name they sign in with.
    case staff(String)
    /// A recipient, by a link in a mail to them.
    case recipient(RecipientID)
    /// The writer of this letter, by a link in a mail to them.
    case visitor(LetterID)
    /// A web site, by its token.
    case site(SiteID)
    /// Postern itself, as when a retention period ends.
    case service
}

extension Actor: LosslessStringConvertible {
    /// `operator`, `staff:anna`, `site:photos`, …
    package var description: String {
        switch self {
        case .operator: "operator"
        case .staff(let name): "staff:\(name)"
        case .recipient(let id): "recipient:\(id)"
        case .visitor(let letter): "visitor:\(letter)"
        case .site(let id): "site:\(id)"
        case .service: "service"
        }
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count == 2 ? parts[1] : nil) {
        case ("operator", nil): self = .operator
        case ("service", nil): self = .service
        case ("staff", let name?) where !name.isEmpty: self = .staff(name)
        case ("recipient", let text?):
            guard let id = RecipientID(text) else { return nil }
            self = .recipient(id)
        case ("visitor", let text?):
            guard let letter = LetterID(text) else { return nil }
            self = .visitor(letter)
        case ("site", let text?):
            guard let id = try? SiteID(text) else { return nil }
            self = .site(id)
        default: return nil
        }
    }
}
