/// What one attempt came to, decided from libcurl's result and the transcript, and from nothing else (FACTS: "the result
/// code is not a verdict").
///
/// The rule behind every row: *failed* needs the smarthost's own word that this recipient or this letter is refused for
/// good; what speaks of us (login, sender, dialogue) is our fault and held; everything unsure is temporary, and *uncertain*
/// once the smarthost may have the letter.
package enum ReplyTable {
    /// - Parameters:
    ///   - code: libcurl's CURLcode; a number, since this module knows no libcurl.
    ///   - redaction: takes the addresses out of the evidence.
    package static func outcome(code: Int, transcript: Transcript, redaction: Redaction) -> Outcome {
        let stage = transcript.stage
        // The smarthost's answer counts even if we hung up afterwards.
        if let answer = transcript.answer, let verdict = verdict(on: answer, at: stage) {
            return Outcome(
                verdict.kind, health: verdict.health,
                evidence: .init(
                    stage: stage, code: answer.code, enhanced: answer.enhanced?.description, text: redaction.clean(answer.text)))
        }
        let end = SilentEnd(code: code, transcript: transcript)
        return Outcome(
            end.kind, health: end.health, evidence: .init(stage: end.stage, code: transcript.answer?.code, text: end.text))
    }

    /// What an answer decides; nil when it only lets the transfer go on, so that something else ended it.
    private static func verdict(on answer: SMTPReply, at stage: DeliveryStage) -> Verdict? {
        switch (stage, answer.severity) {
        case (.finalDot, .positive):
            return Verdict(.delivered, .reached)
        // libcurl takes 354 alone for leave to send the text (and 220 alone for leave to start TLS).
        case (.data, .intermediate) where answer.code == 354: return nil
        case (.data, .positive), (.data, .intermediate): return Verdict(.deferred, .trouble)
        case (.startTLS, .positive) where answer.code == 220: return nil
        case (.startTLS, .positive): return Verdict(.deferred, .trouble)
        case (.login, .intermediate): return nil
        case (.finalDot, .intermediate), (.finalDot, .unheardOf): return Verdict(.uncertain, .trouble)
        case (_, .positive): return nil
        case (_, .intermediate), (_, .unheardOf): return Verdict(.deferred, .trouble)
        case (_, .transient), (_, .permanent): return Refusal(answer, at: stage).verdict
        }
    }

    struct Verdict: Equatable, Sendable {
        let kind: Outcome.Kind
        let health: Outcome.SmarthostHealth

        init(_ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth) {
            (self.kind, self.health) = (kind, health)
        }
    }
}
