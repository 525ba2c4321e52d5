internal import PosternCore
private import Synchronization

/// How often a code of six digits was guessed wrong. A relay that was taken over can ask as often as it likes; each code can be tried
/// ten times, and then no more until it is mailed again.
final class CodeTries<Subject: Hashable & Sendable>: Sendable {
    private struct State {
        var wrong: [Subject: Int] = [:]
        var former: [Subject: Int] = [:]
        var began = Epoch(day: 0)

        /// Codes are good for three days: what was counted is kept for as long as that at least.
        mutating func turn(to today: Epoch) {
            let days = today.day - began.day
            guard days >= MemberCodes.codeDays else { return }
            former = days >= 2 * MemberCodes.codeDays ? [:] : wrong
            (wrong, began) = ([:], today)
        }
    }

    /// Of so many codes at once. When there are more, none can be tried that was not tried before.
    private static var most: Int { 65_536 }
    private static var mostTries: Int { 10 }
    private let state = Mutex(State())

    /// How many more wrong ones there may be.
    func left(_ subject: Subject, at now: Timestamp) -> Int {
        state.withLock { state in
            state.turn(to: Epoch(containing: now))
            return max(0, Self.mostTries - (state.wrong[subject] ?? state.former[subject] ?? Self.mostTries))
        }
    }

    /// A new mail has gone out: what was counted until then is forgotten.
    func renew(_ isAbout: (Subject) -> Bool) {
        state.withLock { state in
            state.wrong = state.wrong.filter { !isAbout($0.key) }
            state.former = state.former.filter { !isAbout($0.key) }
        }
    }

    /// - Parameter isRight: whether the code is the one; not asked when there were too many wrong ones.
    func check(_ subject: Subject, at now: Timestamp, _ isRight: () -> Bool) -> Bool {
        state.withLock { state in
            state.turn(to: Epoch(containing: now))
            let tries = state.wrong[subject] ?? state.former[subject] ?? 0
            guard tries < Self.mostTries, tries > 0 || state.wrong.count < Self.most else { return false }
            if isRight() { return true }
            state.wrong[subject] = tries + 1
            return false
        }
    }
}
