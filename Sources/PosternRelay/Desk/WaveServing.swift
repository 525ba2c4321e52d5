package import PosternCore
private import PosternStore

/// What the pages about waves need from the relay. A decision is undone as those about letters are: `DeskServing.undo`.
package protocol WaveServing: Sendable {
    /// The waves that wait for a decision, or whose decision can still be undone, oldest first.
    func waves() async throws -> [WaveLine]
    /// Anyone who may decide is noted as the one who has it open.
    /// - Parameter after: the last letter of the previous page.
    /// - Returns: nil if no wave is named by this letter.
    func wave(_ id: LetterID, after: LetterID?, for staff: SignedInStaff) async throws -> WaveSheet?
    func decide(_ wish: WaveWish, by staff: SignedInStaff) async throws -> WaveAnswer
    /// The next wave that waits and that no colleague has open, from the beginning again where there is none after this one.
    func next(after id: LetterID, for staff: SignedInStaff) async throws -> LetterID?
    /// Takes a wave from a colleague who has it open.
    func take(_ id: LetterID, by staff: SignedInStaff) async throws
}

/// A wave as the list shows it.
package struct WaveLine: Sendable {
    package let wave: WaveView
    /// Who has opened it last, and when.
    package let taken: StaffMark?

    package init(wave: WaveView, taken: StaffMark? = nil) {
        (self.wave, self.taken) = (wave, taken)
    }
}

/// Everything that staff need to decide about a wave.
package struct WaveSheet: Sendable {
    package let detail: WaveDetailView
    /// Must still be the wave's when somebody decides.
    package let version: Int
    package let taken: StaffMark?
    /// The latest first. An operator's is none of them.
    package let decisions: [StaffDecision]
    /// The next one that waits, and the one before; those that colleagues have open are passed over.
    package let next, previous: LetterID?

    package init(
        detail: WaveDetailView, version: Int, taken: StaffMark? = nil, decisions: [StaffDecision] = [], next: LetterID? = nil,
        previous: LetterID? = nil
    ) {
        self.detail = detail
        self.version = version
        self.taken = taken
        self.decisions = decisions
        (self.next, self.previous) = (next, previous)
    }
}

/// A decision that somebody wants to make about a wave, in the version that they have seen.
package struct WaveWish: Equatable, Sendable {
    package let wave: LetterID
    package let version: Int
    package let act: ReviewAct
    /// Nil for the usual reason for this decision.
    package let reason: ReviewReason?
    package let sentence: HeaderText?
    /// Whether recipients who have already received a letter of it are told by mail, where it is withdrawn.
    package let tells: Bool

    package init(
        _ act: ReviewAct, about wave: LetterID, version: Int, reason: ReviewReason? = nil, sentence: HeaderText? = nil,
        tells: Bool = false
    ) {
        self.act = act
        self.wave = wave
        self.version = version
        self.reason = reason
        self.sentence = sentence
        self.tells = tells
    }
}

package enum WaveAnswer: Equatable, Sendable {
    case made
    /// Somebody has already decided about the wave, or it has changed; nothing was done.
    case late
    /// The reason does not go with this kind of decision; nothing was done.
    case unsuitable
    case unknown
}

package struct WaveService: WaveServing {
    /// How many letters one page of a wave shows.
    package static let page = 100
    private static let mostWaves = 200

    private let operations: Operations

    package init(operations: Operations) {
        self.operations = operations
    }

    private func waves(of staff: SignedInStaff) -> WaveOperations { operations.by(.staff(staff.name.text)).waves }

    package func waves() async throws -> [WaveLine] {
        try await operations.waves.list(limit: Self.mostWaves).map { WaveLine(wave: WaveView($0), taken: $0.row.taken) }
    }

    package func wave(_ id: LetterID, after: LetterID?, for staff: SignedInStaff) async throws -> WaveSheet? {
        do {
            if staff.role.decides { try await waves(of: staff).take(id, by: staff.name.text, isForced: false) }
            let wave = try await operations.waves.show(id)
            let letters = try await operations.waves.letters(of: id, after: after, limit: Self.page + 1)
            let free = try await free(for: staff)
            return WaveSheet(
                detail: WaveDetailView(wave: WaveView(wave), letters: letters.map(WaveLetterView.init)),
                version: wave.row.version, taken: wave.row.taken,
                decisions: try await operations.waves.decisions(about: id), next: free.next(after: id),
                previous: free.last { $0.isBefore(id) })
        } catch is WaveOperations.Fault {
            return nil
        }
    }

    package func next(after id: LetterID, for staff: SignedInStaff) async throws -> LetterID? {
        try await free(for: staff).next(after: id)
    }

    /// Those that wait for a decision, and that no colleague has open, oldest first.
    private func free(for staff: SignedInStaff) async throws -> [LetterID] {
        let now = operations.now()
        return try await operations.waves.open(limit: Self.mostWaves)
            .filter { $0.verdict == nil && !($0.taken?.claims(besides: staff.name.text, at: now) ?? false) }
            .map(\.id)
    }

    package func decide(_ wish: WaveWish, by staff: SignedInStaff) async throws -> WaveAnswer {
        guard wish.act.isAboutWave else { return .unsuitable }
        do {
            try await waves(of: staff).decide(
                wish.wave, wish.act == .withdrawWave ? .withdrawn : .released, tells: wish.tells && wish.act == .withdrawWave,
                by: staff.name.text,
                on: WaveOperations.Grounds(wish.reason, sentence: wish.sentence, version: wish.version),
                undoableFor: ReviewTimes.undo)
            return .made
        } catch let fault as WaveOperations.Fault {
            switch fault {
            case .decided, .changed: return .late
            case .unsuitable: return .unsuitable
            case .unknown, .member: return .unknown
            }
        }
    }

    package func take(_ id: LetterID, by staff: SignedInStaff) async throws {
        try await waves(of: staff).take(id, by: staff.name.text, isForced: true)
    }
}

extension [LetterID] {
    /// The first after this one, or else the first of all that is another.
    fileprivate func next(after id: LetterID) -> LetterID? { first { id.isBefore($0) } ?? first { $0 != id } }
}
