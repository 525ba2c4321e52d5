package import CCurl
package import PosternCore

/// Decides the outcome of one attempt from libcurl's result and the transcript only. The result alone is not enough: libcurl
/// gives one code for refusals that mean opposite things.
///
/// The rule in every row: *failed* needs the smarthost's own statement that this recipient or this letter is refused for good.
/// What is about us (login, sender, account, dialogue) is our fault, and the letter is held; our quota and reputation pass, and it
/// waits. A refusal that names no one is *failed* with the cause `unclear` or `letter`: only what becomes of other letters can tell,
/// and the relay knows that. Everything else unclear is temporary, and *uncertain* once the smarthost may have the letter.
package enum OutcomeClassifier {
    /// - Parameters:
    ///   - envelope: the addresses of the mail, where one was being sent; asked for where a refusal may name one.
    ///   - redaction: removes addresses from the evidence.
    package static func outcome(
        _ result: CURLcode, _ transcript: Transcript, envelope: @autoclosure () -> EnvelopeAddresses? = nil, redaction: Redaction
    ) -> Outcome {
        let stage = transcript.stage
        // The smarthost's answer counts even if we hung up afterwards.
        if let answer = transcript.answer, let ruling = ruling(on: answer, at: stage, envelope) {
            return Outcome(
                ruling.kind, health: ruling.health, cause: ruling.cause,
                diagnosis: .init(
                    stage: stage, code: answer.code, enhanced: answer.enhanced?.description, text: redaction.clean(answer.text)))
        }
        let failure = TransferFailure(result, transcript, redaction: redaction)
        return Outcome(
            failure.kind, health: failure.health, cause: failure.cause,
            diagnosis: .init(stage: failure.stage, code: transcript.answer?.code, text: failure.text))
    }

    /// What an answer decides; nil when it lets the transfer go on, so that something else ended it.
    private static func ruling(
        on answer: SMTPReply, at stage: DeliveryStage, _ envelope: () -> EnvelopeAddresses?
    ) -> Ruling? {
        switch (stage, answer.severity) {
        case (.finalDot, .positive): Ruling(.delivered, .reached)
        // libcurl sends the text only after 354, and starts TLS only after 220.
        case (.data, .intermediate) where answer.code == SMTPReply.Code.startMailInput: nil
        case (.data, .positive), (.data, .intermediate): Ruling(.deferred, .trouble)
        case (.startTLS, .positive) where answer.code == SMTPReply.Code.serviceReady: nil
        case (.startTLS, .positive): Ruling(.deferred, .trouble)
        case (.login, .intermediate): nil
        case (.finalDot, .intermediate), (.finalDot, .unknown): Ruling(.uncertain, .trouble)
        case (_, .positive): nil
        case (_, .intermediate), (_, .unknown): Ruling(.deferred, .trouble)
        case (_, .transient), (_, .permanent):
            RefusedReply(answer, at: stage, naming: envelope()?.owner(namedIn: answer.lines)).ruling
        }
    }

    struct Ruling: Equatable, Sendable {
        let kind: Outcome.Kind
        let health: Outcome.SmarthostHealth
        let cause: Outcome.Cause?

        init(_ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth, _ cause: Outcome.Cause? = nil) {
            (self.kind, self.health, self.cause) = (kind, health, cause)
        }
    }
}
