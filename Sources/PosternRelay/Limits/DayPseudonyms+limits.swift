package import PosternCore
package import PosternStore

extension DayPseudonyms {
    /// What a client is counted under, narrowest first: before its letter is read.
    package func limitKeys(of client: ClientAddress, in table: LimitTable) -> [DatedLimitKey] {
        client.prefixes.compactMap { prefix in prefix.limitScope.flatMap { limitKey($0, prefix.bytes, in: table) } }
    }

    /// What the limits are asked about a letter.
    /// - Parameter keys: of the client, from `limitKeys`.
    package func question(
        about letter: Letter, from client: ClientAddress, keys: [DatedLimitKey], to recipient: RecipientID, in table: LimitTable
    ) -> LimitQuestion {
        LimitQuestion(
            clients: keys,
            sender: limitKey(.sender, Array(letter.replyAddress.text.lowercased().utf8), in: table),
            text: textKey(letter.text, in: table), recipient: recipient,
            share: limitKey(.recipientShare, recipient.bytes + (client.prefixes.last?.bytes ?? []), in: table))
    }

    private func textKey(_ message: LetterText, in table: LimitTable) -> DatedLimitKey? {
        // Folding is the most expensive thing here.
        guard !table[.text].isOff else { return nil }
        let text = FoldedText(message.text, limit: Self.comparedText)
        // "Thank you!" is everybody's text.
        return text.count < Self.shortestText ? nil : limitKey(.text, text.bytes, in: table)
    }

    /// Shorter texts are not counted as identical.
    package static let shortestText = 20
    /// How much of a text is compared, in code points. A sender who changes only what comes later sends the same text, and the
    /// longest letter costs no more than one of two pages.
    package static let comparedText = 4_000

    /// Just after midnight, and while the vault is away, tomorrow's key is not known. Letters are counted all the same, but only
    /// until the end of the day.
    private func limitKey(_ scope: LimitScope, _ value: [UInt8], in table: LimitTable) -> DatedLimitKey? {
        guard !table[scope].isOff else { return nil }
        func key(_ day: KeyedDigest) -> LimitKey {
            let digest = day.digest("postern limit", scope.rawValue, value)
            return LimitKey(scope, high: digest.high, low: digest.low)
        }
        return DatedLimitKey(today: key(today), tomorrow: tomorrow.map(key))
    }
}

extension ClientPrefix {
    /// An IPv4 /24 is many subscribers: it has a tag for staff to see, and no limit of its own.
    fileprivate var limitScope: LimitScope? {
        switch length {
        case 32, 64: .client
        case 56: .clientWide
        case 48: .clientWidest
        default: nil
        }
    }
}
