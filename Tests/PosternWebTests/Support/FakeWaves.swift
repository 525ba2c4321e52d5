import PosternCore
import PosternRelay
import Synchronization

/// One wave, that of `id`, in version 4; it notes what is asked.
final class FakeWaves: WaveServing {
    static let id = LetterID(high: 7, low: 7)
    static let next = LetterID(high: 8, low: 7)
    static let version = 4

    struct Deeds {
        var wishes: [WaveWish] = []
        var taken = 0
    }

    private let kept = Mutex((answer: WaveAnswer.made, deeds: Deeds()))
    private let sheet: WaveSheet
    private let following: LetterID?

    /// - Parameters:
    ///   - foreign: stands in every field that somebody else can fill.
    ///   - following: the next wave that waits.
    init(
        _ view: WaveView = FakeWaves.view(), letters: [WaveLetterView] = [FakeWaves.letter()], taken: String? = nil,
        decisions: [StaffDecision] = [], following: LetterID? = nil, version: Int = FakeWaves.version
    ) {
        sheet = Self.sheet(
            view, letters: letters, taken: taken, decisions: decisions, following: following, version: version)
        self.following = following
    }

    static func sheet(
        _ view: WaveView, letters: [WaveLetterView], taken: String? = nil, decisions: [StaffDecision] = [],
        following: LetterID? = nil, version: Int = FakeWaves.version
    ) -> WaveSheet {
        WaveSheet(
            detail: WaveDetailView(wave: view, letters: letters), version: version,
            taken: taken.map { StaffMark(at: Example.now - .seconds(9), by: $0) }, decisions: decisions, next: following,
            previous: following)
    }

    static func view(
        states: [String: Int] = ["delivered": 5, "held": 3], decision: String? = nil, by staff: String? = nil,
        final: Timestamp? = nil, applied: Timestamp? = nil
    ) -> WaveView {
        WaveView(
            id: id, began: Example.now - .minutes(5), decision: decision, decided: decision.map { _ in Example.now },
            decidedBy: staff, final: final, applied: applied, tells: false, states: states)
    }

    /// Made at the moment that `view` gives for it.
    static func decision(
        by staff: String, sentence: String? = nil, final: Timestamp = Example.now + .seconds(40), undone: StaffMark? = nil
    ) -> StaffDecision {
        StaffDecision(
            id: StaffDecisionID(high: UInt64(Example.now.milliseconds) << 16, low: 3), act: .withdrawWave, staff: staff,
            reason: .fraud, sentence: sentence, wave: id, final: final, undone: undone)
    }

    static func letter(handle: String = "pat", finished: Timestamp? = nil) -> WaveLetterView {
        WaveLetterView(id: LetterID(high: 7, low: 8), site: "photos", handle: handle, state: "held", finished: finished)
    }

    var deeds: Deeds { kept.withLock { $0.deeds } }
    func answers(_ answer: WaveAnswer) { kept.withLock { $0.answer = answer } }

    func waves() async throws -> [WaveLine] { [WaveLine(wave: sheet.detail.wave, taken: sheet.taken)] }

    func wave(_ id: LetterID, after _: LetterID?, for _: SignedInStaff) async throws -> WaveSheet? {
        id == Self.id ? sheet : nil
    }

    func next(after _: LetterID, for _: SignedInStaff) async throws -> LetterID? { following }

    func decide(_ wish: WaveWish, by staff: SignedInStaff) async throws -> WaveAnswer {
        kept.withLock { kept in
            kept.deeds.wishes.append(wish)
            return wish.wave == Self.id ? kept.answer : .unknown
        }
    }

    func take(_ id: LetterID, by staff: SignedInStaff) async throws { kept.withLock { $0.deeds.taken += 1 } }
}
