/// The outcome of one attempt. It holds nothing personal: the reply line is redacted before it gets here.
package struct Outcome: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The smarthost answered the final dot with 2xx.
        case delivered
        /// Not taken for now: try again.
        case deferred
        /// The smarthost refused this letter for good.
        case failed
        /// No clear answer to the letter's text: it may have arrived. It is tried again, and listed as uncertain.
        case uncertain
        /// Our configuration, keys or record are wrong. Another try would end the same way, so the letter is held for a person.
        case ourFault = "our-fault"
        /// The recipient has muted its author: kept sealed until the end of its retention, and not sent.
        case muted
    }

    /// What the attempt says about the smarthost itself, whatever happened to this letter.
    package enum SmarthostHealth: String, Sendable, CaseIterable {
        /// It was ready to take a letter: the breaker closes.
        case reached
        /// It refused the connection, TLS or login: the breaker counts.
        case trouble
        /// The attempt ended before dialling.
        case unknown
    }

    package let kind: Kind
    package let health: SmarthostHealth
    /// What a refusal is about, or what the smarthost lacks for us; nil when neither is so.
    package let cause: Cause?
    package let diagnosis: Diagnosis

    package init(_ kind: Kind, health: SmarthostHealth, cause: Cause? = nil, diagnosis: Diagnosis) {
        (self.kind, self.health, self.cause, self.diagnosis) = (kind, health, cause, diagnosis)
    }

    /// Why a letter is held: what to do about it, and what the server said.
    package var holdReason: String {
        // Where the smarthost refused nothing, the sentence is ours, and says what to do.
        guard let advice = cause?.advice, (400...599).contains(diagnosis.code ?? 0) else { return diagnosis.text }
        let code = [diagnosis.code.map(String.init), diagnosis.enhanced].compactMap { $0 }.joined(separator: " ")
        return "\(advice). The smarthost said: \([code, diagnosis.text].filter { !$0.isEmpty }.joined(separator: " "))"
    }

    /// The smarthost had the letter's text, or a part of it, and its answer never came: it may have taken the letter. Not an end
    /// that is uncertain because our own processes stopped.
    package var isUncertainEnd: Bool { kind == .uncertain && diagnosis.stage == .finalDot }

    /// The recipient has muted its author: nobody was dialled, so that it says nothing about the smarthost.
    package var isOfMute: Bool { kind == .muted || diagnosis.stage == .mute || diagnosis.stage == .muteByConnection }

    /// What an operator needs to understand an outcome: how far the attempt got, and the reply.
    package struct Diagnosis: Hashable, Sendable {
        package let stage: DeliveryStage
        /// The SMTP reply code, when one arrived.
        package let code: Int?
        /// The enhanced status of the reply (RFC 3463), as in `5.1.1`.
        package let enhanced: String?
        /// The last reply line with every address removed, or a sentence of ours.
        package let text: String

        package init(stage: DeliveryStage, code: Int? = nil, enhanced: String? = nil, text: String) {
            (self.stage, self.code, self.enhanced, self.text) = (stage, code, enhanced, text)
        }
    }
}

/// How far an attempt got. The raw value is what the store keeps and `queue show` prints.
package enum DeliveryStage: String, Sendable, CaseIterable {
    /// Before dialling: authorisation, keys, opening, composing.
    case prepare
    /// Before dialling: the vault lets out no more of this for now. No attempt was made.
    case budget
    /// Before dialling: its recipient has muted its author, and it waits as others' letters do. No attempt was made.
    case mute
    /// Before dialling: it came over a connection that its recipient has muted. It waits as others' letters do, or has ended so.
    case muteByConnection = "mute-by-connection"
    /// Resolving the name, connecting, implicit TLS.
    case connect
    case greeting
    case ehlo
    case startTLS = "starttls"
    case login
    case mailFrom = "mail-from"
    case recipient = "rcpt-to"
    case data
    /// From the first octet of the text to the reply after the final dot.
    case finalDot = "final-dot"
}
