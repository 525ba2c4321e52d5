internal import PosternCore
internal import PosternLink

/// The reveals that one person has asked for and a second must approve. They are kept in memory only; after a restart both must
/// ask again.
struct RevealHalves: Sendable {
    /// What both must ask for: the same item, for the same reason.
    struct Matter: Hashable, Sendable {
        let item: RevealItem
        let reason: RevealReason
    }

    struct Half: Sendable {
        let by: StaffName
        let until: Timestamp
        /// The only person who may use this half; nil for anybody but `by`. When the second person approves and is shown the
        /// item, a half remains for the one who asked first. So both can see the item with three second factors in total, and
        /// nobody sees it a third time.
        let only: StaffName?
    }

    private static let most = 1_024
    private var all: [Matter: [Half]] = [:]

    /// Uses up a half that somebody else has left for this matter.
    mutating func take(_ matter: Matter, for name: StaffName, at now: Timestamp) -> Half? {
        forgetOld(at: now)
        guard let place = all[matter]?.firstIndex(where: { $0.by != name && ($0.only ?? name) == name }) else { return nil }
        return all[matter]?.remove(at: place)
    }

    /// - Returns: false if too many halves are pending.
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
