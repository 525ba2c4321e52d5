internal import PosternCore
package import PosternLink
private import PosternSealing

/// Finds what was sealed for an address, for somebody who asks what is kept of them.
package struct AddressSearcher: Sendable {
    private let opener: SealOpener

    package init(opener: SealOpener) {
        self.opener = opener
    }

    package func search(_ request: AddressSearch) -> AddressMatches {
        let wanted = Self.plain(request.address)
        var (recipients, letters, unread) = ([RecipientID](), [LetterID](), 0)
        for recipient in request.recipients {
            guard let record = recipient.record else { continue }
            do {
                let address = try opener.address(
                    in: record.seal, context: .address(of: recipient.id, at: recipient.site, version: record.version))
                if Self.plain(address) == wanted { recipients.append(recipient.id) }
            } catch {
                unread += 1
            }
        }
        for letter in request.letters {
            do {
                let opened = try opener.letter(
                    in: letter.seal, context: .letter(letter.id, to: letter.recipient, letter.handle, at: letter.site))
                if Self.plain(opened.replyAddress) == wanted { letters.append(letter.id) }
            } catch {
                unread += 1
            }
        }
        return AddressMatches(recipients: recipients, letters: letters, unread: unread)
    }

    /// Nearly every mail system takes capitals for small letters: somebody who asks must not be told that there is nothing.
    private static func plain(_ address: EmailAddress) -> String { address.text.lowercased() }
}
