internal import PosternCore
internal import PosternLink

/// What one person has asked for and a second must confirm. In memory alone: after a restart both ask again.
struct RevealHalves: Sendable {
    /// The same thing for the same reason.
    struct Matter: Hashable, Sendable {
        let item: RevealItem
        let reason: RevealReason
    }

    struct Half: Sendable {
        let by: StaffName
        let until: Timestamp
        /// Whom it is for; nil for anybody else. Who confirms something and sees it leaves a half for the one who asked first, and
        /// so both have seen it after three proofs, and nobody a third time.
        let only: StaffName?
    }

    private static let most = 1_024
    private var all: [Matter: [Half]] = [:]

    /// Takes what somebody else left about it.
    mutating func take(_ matter: Matter, for name: StaffName, at now: Timestamp) -> Half? {
        forgetOld(at: now)
        guard let place = all[matter]?.firstIndex(where: { $0.by != name && ($0.only ?? name) == name }) else { return nil }
        return all[matter]?.remove(at: place)
    }

    /// - Returns: false when there are too many.
    mutating func add(_ half: Half, about matter: Matter, at now: Timestamp) -> Bool {
        forgetOld(at: now)
        all[matter]?.removeAll { $0.by == half.by }
        guard all.values.reduce(0, { $0 + $1.count }) < Self.most else { return false }
        all[matter, default: []].append(half)
        return true
    }

    func about(_ letter: LetterID, for name: StaffName, at now: Timestamp) -> [RevealStanding.Half] {
        all.filter { $0.key.item.letter == letter }.flatMap { matter, halves in
            halves.filter { now < $0.until && ($0.by == name || ($0.only ?? name) == name) }.map { half in
                RevealStanding.Half(kind: matter.item.kind, by: half.by, reason: matter.reason, until: half.until)
            }
        }.sorted { $0.until < $1.until }
    }

    private mutating func forgetOld(at now: Timestamp) {
        all = all.mapValues { halves in halves.filter { now < $0.until } }.filter { !$0.value.isEmpty }
    }
}
