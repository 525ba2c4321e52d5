package import PosternCore
private import PosternStore

/// What the pages about waves need from the relay.
package protocol WaveServing: Sendable {
    /// The waves that wait for a decision, or whose decision can still be undone, oldest first.
    func waves() async throws -> [WaveView]
    /// - Parameter after: the last letter of the previous page.
    /// - Returns: nil if no wave is named by this letter.
    func wave(_ id: LetterID, after: LetterID?) async throws -> WaveDetailView?
    /// - Parameter tells: whether recipients who have already received a letter of the wave are told by mail.
    func decide(_ id: LetterID, _ act: WaveAct, tells: Bool, by staff: SignedInStaff) async throws -> WaveAnswer
    func undo(_ id: LetterID, by staff: SignedInStaff) async throws -> WaveAnswer
}

/// What staff can do with a wave. The raw value is that of the form field.
package enum WaveAct: String, CaseIterable, Sendable {
    case withdraw, release
}

package enum WaveAnswer: Equatable, Sendable {
    case done
    /// Somebody has already decided about the wave, or it is too late to undo the decision.
    case late
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

    package func waves() async throws -> [WaveView] {
        try await operations.waves.list(limit: Self.mostWaves).map(WaveView.init)
    }

    package func wave(_ id: LetterID, after: LetterID?) async throws -> WaveDetailView? {
        do {
            let wave = try await operations.waves.show(id)
            let letters = try await operations.waves.letters(of: id, after: after, limit: Self.page + 1)
            return WaveDetailView(wave: WaveView(wave), letters: letters.map(WaveLetterView.init))
        } catch is WaveOperations.Fault {
            return nil
        }
    }

    package func decide(_ id: LetterID, _ act: WaveAct, tells: Bool, by staff: SignedInStaff) async throws -> WaveAnswer {
        do {
            try await operations.by(.staff(staff.name.text)).waves.decide(
                id, act == .withdraw ? .withdrawn : .released, tells: tells && act == .withdraw, by: staff.name.text,
                undoableFor: ReviewTimes.undo)
            return .done
        } catch WaveOperations.Fault.decided {
            return .late
        } catch is WaveOperations.Fault {
            return .unknown
        }
    }

    package func undo(_ id: LetterID, by staff: SignedInStaff) async throws -> WaveAnswer {
        do {
            return try await operations.by(.staff(staff.name.text)).waves.undo(id) ? .done : .late
        } catch is WaveOperations.Fault {
            return .unknown
        }
    }
}
