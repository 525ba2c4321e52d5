/// A canary where it must not be. It says which one and in which form, never what surrounds it.
package struct LeakFinding: Hashable, Sendable, Encodable, CustomStringConvertible {
    package let kind: Place.Kind
    package let place: String
    /// The offset of its first byte: in a file or an answer; in memory, its address.
    package let offset: UInt64
    package let canary: Int
    package let secret: String
    package let form: String

    package var description: String { "\(place), offset \(offset): canary \(canary) (\(secret)) as \(form)" }
}

/// A place that has been searched.
package struct SearchedPlace: Sendable {
    package let place: Place
    package let bytes: Int
    package let findings: [LeakFinding]
}

/// Searches places for canaries, and judges what it finds by what may be there.
package struct CanaryWatch: Sendable {
    package let search: NeedleSearch
    private let canaries: [Int: Canary]

    package init(_ canaries: [Canary]) {
        search = NeedleSearch(for: canaries)
        self.canaries = Dictionary(canaries.map { ($0.number, $0) }) { first, _ in first }
    }

    /// Searches bytes in memory.
    package func look(at place: Place, _ bytes: [UInt8]) -> SearchedPlace {
        var stream = StreamSearch(search)
        stream.take(bytes)
        return judge(place, stream.hits, bytes: bytes.count)
    }

    /// Blocks.
    /// - Throws: `UnreadablePlace`.
    package func look(at place: Place, file path: String) throws(UnreadablePlace) -> SearchedPlace {
        let found = try search.hits(inFile: path)
        return judge(place, found.hits, bytes: found.bytes)
    }

    /// Blocks.
    /// - Throws: `UnreadablePlace`.
    package func look(at place: Place, memory: ProcessMemory) throws(UnreadablePlace) -> SearchedPlace {
        let found = try memory.hits(search)
        return judge(place, found.hits, bytes: found.bytes)
    }

    private func judge(_ place: Place, _ hits: [StreamSearch.Hit], bytes: Int) -> SearchedPlace {
        let wholes = hits.filter { search.needles[$0.needle].form != .part }
        let findings = hits.compactMap { hit -> LeakFinding? in
            let needle = search.needles[hit.needle]
            guard let canary = canaries[needle.canary], place.kind.forbidden.contains(canary.kind) else { return nil }
            // A page may show what was typed as readable text or as part of its URL, and in no other form.
            if place.returned.contains(canary.number), [.plain, .references, .percent].contains(needle.form) { return nil }
            // Memory may keep a part of an earlier request, when later data covers the rest.
            if place.kind == .memory, place.returned.contains(canary.number), needle.form == .part { return nil }
            // A part of a canary that was found whole is not a second finding.
            if needle.form == .part, wholes.contains(where: { covers($0, hit) }) { return nil }
            return LeakFinding(
                kind: place.kind, place: place.name, offset: hit.offset, canary: canary.number, secret: canary.kind.rawValue,
                form: needle.form.rawValue)
        }
        return SearchedPlace(place: place, bytes: bytes, findings: findings)
    }

    private func covers(_ whole: StreamSearch.Hit, _ part: StreamSearch.Hit) -> Bool {
        let (outer, inner) = (search.needles[whole.needle], search.needles[part.needle])
        return outer.canary == inner.canary && whole.offset <= part.offset
            && part.offset + UInt64(inner.bytes.count) <= whole.offset + UInt64(outer.bytes.count)
    }
}
