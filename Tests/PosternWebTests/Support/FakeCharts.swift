import PosternCore
import PosternRelay

/// Charts of a day on which something happened in its last hour.
struct FakeCharts: ChartSource {
    static func view(_ span: ChartSpan) -> ChartView {
        let values = Dictionary(
            uniqueKeysWithValues: ChartSeries.allCases.enumerated().map { place, series in
                (series, Array(repeating: 0, count: span.parts - 1) + [60 * (place + 1)])
            })
        var people: [ChartView.Person] = []
        if let site = try? SiteID("photos"), let handle = try? Handle("pat") {
            people = [ChartView.Person(site: site, handle: handle, letters: 12)]
        }
        return ChartView(
            span: span, starts: span.starts(at: Example.now), values: values, people: people,
            clients: [ChartView.Client(tag: Tag(value: 7), letters: 9)])
    }

    func chart(_ span: ChartSpan) async throws -> ChartView { Self.view(span) }
}
