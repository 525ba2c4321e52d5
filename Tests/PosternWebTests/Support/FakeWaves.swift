import PosternCore
import PosternRelay
import Synchronization

/// One wave, that of `id`.
final class FakeWaves: WaveServing {
    static let id = LetterID(high: 7, low: 7)

    private struct State {
        var view: WaveView
        var answer = WaveAnswer.done
        var asked: [String] = []
    }

    private let state: Mutex<State>
    private let letters: [WaveLetterView]

    init(_ view: WaveView = FakeWaves.view(), letters: [WaveLetterView] = [FakeWaves.letter()]) {
        state = Mutex(State(view: view))
        self.letters = letters
    }

    static func view(
        states: [String: Int] = ["delivered": 5, "held": 3], decision: String? = nil, by staff: String? = nil,
        final: Timestamp? = nil, applied: Timestamp? = nil
    ) -> WaveView {
        WaveView(
            id: id, began: Example.now - .minutes(5), decision: decision, decided: decision.map { _ in Example.now },
            decidedBy: staff, final: final, applied: applied, tells: false, states: states)
    }

    static func letter(handle: String = "pat", finished: Timestamp? = nil) -> WaveLetterView {
        WaveLetterView(id: LetterID(high: 7, low: 8), site: "photos", handle: handle, state: "held", finished: finished)
    }

    var asked: [String] { state.withLock { $0.asked } }
    func answers(_ answer: WaveAnswer) { state.withLock { $0.answer = answer } }

    func waves() async throws -> [WaveView] { [state.withLock { $0.view }] }

    func wave(_ id: LetterID, after _: LetterID?) async throws -> WaveDetailView? {
        id == Self.id ? WaveDetailView(wave: state.withLock { $0.view }, letters: letters) : nil
    }

    func decide(_ id: LetterID, _ act: WaveAct, tells: Bool, by staff: SignedInStaff) async throws -> WaveAnswer {
        state.withLock {
            $0.asked.append("\(act.rawValue) \(tells) \(staff.name.text)")
            return id == Self.id ? $0.answer : .unknown
        }
    }

    func undo(_ id: LetterID, by staff: SignedInStaff) async throws -> WaveAnswer {
        state.withLock {
            $0.asked.append("undo \(staff.name.text)")
            return id == Self.id ? $0.answer : .unknown
        }
    }
}
