/// Judges a child by its answers to one question a second.
///
/// Counts questions, not time: if the supervisor was stopped or the machine slept, the child is not to blame.
package struct AnswerWatch {
    package enum Observation: Equatable {
        case nothing
        /// It has just become silent.
        case silent
        /// It has been silent for so long that it will not come back.
        case hung
        case answersAgain
        /// It has not answered yet, and takes longer to start than expected.
        case slowStart
        /// It will never get as far as answering.
        case neverStarted
    }

    private var hasAnswered = false
    private var unanswered = 0

    package static let interval = Duration.seconds(1)
    /// A silent child is noticed within five seconds: three questions, and the one already sent.
    private static let silent = 3
    /// A machine that swaps, or a disk that stalls, can keep a healthy process from answering for some seconds.
    private static let hung = 30
    /// A relay may wait 35 s for its predecessor to release the store.
    private static let slowStart = 60
    /// Rewriting a large store for a new schema can take long, and begins again when it is cut off.
    private static let neverStarted = 1_800

    package init() {}

    /// Call it before each question.
    /// - Parameter isAnswered: whether an answer came since the last call.
    package mutating func look(isAnswered: Bool) -> Observation {
        if isAnswered {
            defer { (hasAnswered, unanswered) = (true, 0) }
            return unanswered >= (hasAnswered ? Self.silent : Self.slowStart) ? .answersAgain : .nothing
        }
        unanswered += 1
        return switch (hasAnswered, unanswered) {
        case (true, Self.silent): .silent
        case (true, Self.hung...): .hung
        case (false, Self.slowStart): .slowStart
        case (false, Self.neverStarted...): .neverStarted
        default: .nothing
        }
    }
}
