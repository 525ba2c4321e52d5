/// The result of searching every place for canaries.
package struct LeakReport: Sendable {
    /// A canary that was put somewhere on purpose, to see whether the search finds it.
    package struct Plant: Hashable, Sendable, Encodable {
        package let kind: Place.Kind
        package let canary: Int
        package let form: String
        /// How many spellings of that form were planted, and how many of them were found.
        package let planted: Int
        package var found = 0

        package init(kind: Place.Kind, canary: Int, form: Form, planted: Int) {
            (self.kind, self.canary, self.form, self.planted) = (kind, canary, form.rawValue, planted)
        }
    }

    package enum Conclusion: String, Sendable, Encodable {
        case clean, found
        /// Nothing was found, but not every place could be searched.
        case incomplete
    }

    package let canaries: Int
    package let needles: Int
    package let places: [SearchedPlace]
    /// What could not be searched, and why.
    package let gaps: [String]
    package let plants: [Plant]

    /// - Parameter plants: what was planted. The places show which of it was found.
    package init(watch: CanaryWatch, canaries: Int, places: [SearchedPlace], gaps: [String], plants: [Plant] = []) {
        (self.canaries, needles) = (canaries, watch.search.needles.count)
        (self.places, self.gaps) = (places, gaps)
        let offsets = Dictionary(grouping: places.flatMap(\.findings)) { "\($0.kind.rawValue) \($0.canary) \($0.form)" }
        self.plants = plants.map { plant in
            var plant = plant
            let there = offsets["\(plant.kind.rawValue) \(plant.canary) \(plant.form)"] ?? []
            plant.found = min(Set(there.map { "\($0.place) \($0.offset)" }).count, plant.planted)
            return plant
        }
    }

    package var findings: [LeakFinding] { places.flatMap(\.findings) }

    package var conclusion: Conclusion { !findings.isEmpty ? .found : gaps.isEmpty ? .clean : .incomplete }
}

extension LeakReport: Encodable {
    private struct Total: Encodable {
        let kind: Place.Kind
        let places: Int
        let bytes: Int
        let hits: Int
    }

    private var totals: [Total] {
        Place.Kind.allCases.map { kind in
            let these = places.filter { $0.place.kind == kind }
            return Total(
                kind: kind, places: these.count, bytes: these.reduce(0) { $0 + $1.bytes },
                hits: these.reduce(0) { $0 + $1.findings.count })
        }
    }

    private enum CodingKeys: String, CodingKey {
        case verdict, canaries, needles, searched, findings, gaps, planted
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(conclusion, forKey: .verdict)
        try values.encode(canaries, forKey: .canaries)
        try values.encode(needles, forKey: .needles)
        try values.encode(totals, forKey: .searched)
        try values.encode(findings, forKey: .findings)
        try values.encode(gaps, forKey: .gaps)
        if !plants.isEmpty { try values.encode(plants, forKey: .planted) }
    }

    /// A row for each kind of place: its name, places, bytes, hits.
    package var rows: [[String]] {
        totals.filter { $0.places > 0 }.map { [$0.kind.meaning, String($0.places), String($0.bytes), String($0.hits)] }
    }
}
