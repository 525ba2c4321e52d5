package import PosternCore
package import PosternStore

/// What a client is counted under: known before its letter is read.
package struct ClientKeys: Hashable, Sendable {
    /// The client and the prefixes that only its provider can have given it, narrowest first. Over these limits it is refused.
    package var client: [DatedLimitKey]
    /// Its /24 or /48 and its /16 or /32, which have a share of what many use.
    package var network: DatedLimitKey?
    package var wideNetwork: DatedLimitKey?

    package init(client: [DatedLimitKey] = [], network: DatedLimitKey? = nil, wideNetwork: DatedLimitKey? = nil) {
        self.client = client
        self.network = network
        self.wideNetwork = wideNetwork
    }
}

extension DayPseudonyms {
    package func limitKeys(of client: ClientAddress, in table: LimitTable) -> ClientKeys {
        ClientKeys(
            client: client.prefixes.compactMap { prefix in
                prefix.limitScope.flatMap { table[$0].isOff ? nil : limitKey($0, prefix.bytes) }
            },
            network: table.asksForNetworks ? limitKey(.softShare, client.network.bytes) : nil,
            wideNetwork: table.asksForNetworks ? limitKey(.softShareWide, client.wideNetwork.bytes) : nil)
    }

    /// What the limits are asked about a letter.
    /// - Parameter client: from `limitKeys`.
    package func question(
        about letter: Letter, from client: ClientKeys, to recipient: RecipientID, in table: LimitTable
    ) -> LimitQuestion {
        LimitQuestion(
            client: client, sender: senderKey(letter.replyAddress, client, in: table), text: textKey(letter.text, in: table),
            recipient: recipient)
    }

    /// What the limits are asked about a reply: its visitor's address is sealed, so that nothing counts by it.
    /// - Parameters:
    ///   - text: nil where equal texts are no sign of anything.
    ///   - recipient: nil for what a recipient sends.
    func question(
        about text: LetterText?, from client: ClientKeys, to recipient: RecipientID?, in table: LimitTable
    ) -> LimitQuestion {
        LimitQuestion(client: client, sender: nil, text: text.flatMap { textKey($0, in: table) }, recipient: recipient)
    }

    /// Nobody has proven that the address is theirs. So it is counted for each network by itself: a stranger who writes under
    /// it uses up nothing of what its owner may send.
    private func senderKey(_ address: EmailAddress, _ client: ClientKeys, in table: LimitTable) -> DatedLimitKey? {
        guard !table[.sender].isOff else { return nil }
        let key = limitKey(.sender, Array(address.text.lowercased().utf8))
        return client.network.map { key.joined(with: $0, as: .sender) } ?? key
    }

    private func textKey(_ message: LetterText, in table: LimitTable) -> DatedLimitKey? {
        // Folding is the most expensive thing here.
        guard !table[.text].isOff else { return nil }
        let text = FoldedText(message.text, limit: Self.comparedText)
        // "Thank you!" is everybody's text.
        return text.count < Self.shortestText ? nil : limitKey(.text, text.bytes)
    }

    /// Shorter texts are not counted as identical.
    package static let shortestText = 20
    /// How much of a text is compared, in code points. A sender who changes only what comes later sends the same text, and the
    /// longest letter costs no more than one of two pages.
    package static let comparedText = 4_000

    /// Just after midnight, and while the vault is away, tomorrow's key is not known. Letters are counted all the same, but only
    /// until the end of the day.
    private func limitKey(_ scope: LimitScope, _ value: [UInt8]) -> DatedLimitKey {
        func key(_ day: DayHMAC) -> LimitKey {
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
