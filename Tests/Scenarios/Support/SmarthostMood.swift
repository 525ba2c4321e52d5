import PosternTestSupport
import Synchronization

/// How a smarthost behaves until it is told otherwise.
final class SmarthostMood: Sendable {
    enum Mood: Sendable {
        /// Every recipient is answered 451.
        case deferring
        /// Does not answer MAIL until it is set to `well`.
        case silent
        case well
    }

    private let mood: Mutex<Mood>
    private let gate = Gate()

    init(_ mood: Mood) {
        self.mood = Mutex(mood)
    }

    func set(_ other: Mood) {
        mood.withLock { $0 = other }
        if other == .well { gate.open() }
    }

    var script: Script {
        var script = Script()
        script.choose = { [self] stage, _ in
            switch (mood.withLock { $0 }, stage) {
            case (.deferring, .recipient): .reply("451 4.2.0 later")
            case (.silent, .mailFrom): .once(gate, .standard)
            default: nil
            }
        }
        return script
    }
}
