internal import Hummingbird
private import PosternCore
package import PosternRelay
package import PosternText

/// `GET /charts` on the staff listener.
struct ChartsHandler: Sendable {
    let charts: any ChartSource
    let responses: ResponseFactory

    func get(_ request: Request, _ context: WebContext) async throws(RequestFault) -> Response {
        let span = ChartSpan(rawValue: request.queryField("span") ?? "") ?? .day
        let view = try await context.asking { try await charts.chart(span) }
        return responses.page(ChartsPage(view, responses.presentation(for: request, context)))
    }
}

/// What came and what became of it, drawn, with a table under each drawing.
package struct ChartsPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case spans, path, name, current
        case charts, id, title, note, legend, series, label, sum, width, height, left, ticks, y, tickY, tick, right
        case bars, x, barWidth, barHeight, what, times, timeX, timeY, time
        case columns, column, rows, row, cells, cell, isEmpty
        case hasPeople, people, person, letters, personPath, hasClients, clients, client, clientPath
    }

    package static let template = "staff/charts"
    package static let required: [Property] = [.barHeight, .cell, .person, .client]

    package let frame: PageFrame
    package let text: Texts
    package let spans: [Span]
    package let charts: [Chart]
    package let hasPeople, hasClients: Bool
    package let people: [Person]
    package let clients: [Client]

    package struct Span: Sendable {
        package let path, name: String
        package let current: String?
    }

    package struct Chart: Sendable {
        package let id, title, note, width, height, left, right: String
        package let legend: [Legend]
        package let ticks: [Tick]
        package let bars: [Bar]
        package let times: [Time]
        package let columns: [Column]
        package let isEmpty: Bool
        package let rows: [Row]

        package struct Legend: Sendable {
            package let series, label, sum: String
        }

        package struct Tick: Sendable {
            package let y, tickY, tick: String
        }

        package struct Bar: Sendable {
            package let series, x, y, barWidth, barHeight, what: String
        }

        package struct Time: Sendable {
            package let timeX, timeY, time: String
        }

        package struct Column: Sendable {
            package let column: String
        }

        package struct Row: Sendable {
            package let row: String
            package let cells: [Cell]

            package struct Cell: Sendable {
                package let cell: String
            }
        }
    }

    package struct Person: Sendable {
        package let person, letters, personPath: String
    }

    package struct Client: Sendable {
        package let client, letters, clientPath: String
    }

    package init(_ view: ChartView, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.chartsTitle))
        text = texts.texts
        spans = ChartSpan.allCases.map { span in
            Span(
                path: "\(StaffSection.charts.path)?span=\(span.rawValue)", name: texts(StaffText(span)),
                current: span == view.span ? "page" : nil)
        }
        charts = [
            Chart(.chartsSubmissions, .chartsSubmissionsNote, [.accepted, .held, .refused], view, texts),
            Chart(
                .chartsDeliveries, .chartsDeliveriesNote, [.delivered, .deferred, .uncertain, .failed, .ourFault], view, texts),
            Chart(.chartsWaiting, .chartsWaitingNote, [.waiting], view, texts),
            Chart(.chartsOldest, .chartsOldestNote, [.oldest], view, texts),
        ]
        people = view.people.map {
            Person(
                person: "\($0.site)/\($0.handle)", letters: texts.number($0.letters),
                personPath: "\(StaffSection.log.path)?recipient=\($0.site)/\($0.handle)")
        }
        hasPeople = !people.isEmpty
        clients = view.clients.map {
            Client(client: $0.tag.description, letters: texts.number($0.letters), clientPath: "/clients/\($0.tag)")
        }
        hasClients = !clients.isEmpty
    }
}

extension ChartsPage.Chart {
    fileprivate init(
        _ title: StaffText, _ note: StaffText, _ series: [ChartSeries], _ view: ChartView, _ texts: Catalogue
    ) {
        // An age is drawn in minutes.
        let scale = series == [.oldest] ? 60 : 1
        let layers = series.map { one in (view.values[one] ?? []).map { ($0 + scale - 1) / scale } }
        let plot = Plot(layers)
        let names = view.starts.map { Self.name(of: $0, view.span) }
        let labels = series.map { texts(StaffText($0)) }
        id = title.rawValue.replacing(".", with: "-")
        self.title = texts(title)
        self.note = texts(note)
        (width, height, left) = (Plot.width.svg, Plot.height.svg, Plot.left.svg)
        right = Plot.width.svg
        legend = zip(series, zip(labels, layers)).map { one, named in
            let sum = one.isLevel ? named.1.max() ?? 0 : named.1.reduce(0, +)
            return Legend(series: one.rawValue, label: named.0, sum: texts.number(sum))
        }
        ticks = plot.ticks.map { Tick(y: $0.y.svg, tickY: ($0.y + 4).svg, tick: texts.number($0.value)) }
        bars = plot.bars.map { bar in
            Bar(
                series: series[bar.layer].rawValue, x: bar.x.svg, y: bar.y.svg, barWidth: bar.width.svg,
                barHeight: bar.height.svg,
                what: "\(names[bar.part]): \(labels[bar.layer]) \(texts.number(layers[bar.layer][bar.part]))")
        }
        times = stride(from: 0, to: names.count, by: view.span.labelled).map { part in
            Time(
                timeX: plot.x(of: part).svg, timeY: (Plot.bottom + 18).svg,
                time: Self.short(view.starts[part], view.span))
        }
        columns = labels.map { Column(column: $0) }
        let filled = names.indices.filter { part in layers.contains { $0.indices.contains(part) && $0[part] > 0 } }
        isEmpty = filled.isEmpty
        // The newest first, as in every list of staff's.
        rows = filled.reversed().map { part in
            Row(row: names[part], cells: layers.map { Row.Cell(cell: texts.number($0[part])) })
        }
    }

    /// `2026-11-30 14:00`, or the day alone.
    private static func name(of start: Timestamp, _ span: ChartSpan) -> String {
        let day = Epoch(containing: start).description
        return span == .quarter ? day : "\(day) \(clock(start))"
    }

    private static func short(_ start: Timestamp, _ span: ChartSpan) -> String {
        span == .day ? clock(start) : String(Epoch(containing: start).description.suffix(5))
    }

    private static func clock(_ start: Timestamp) -> String {
        let hour = CalendarDate(start).hour
        return (hour < 10 ? "0" : "") + "\(hour):00"
    }
}

extension ChartSpan {
    /// Each so many parts a time stands below.
    fileprivate var labelled: Int {
        switch self {
        case .day: 4
        case .week: 4
        case .quarter: 15
        }
    }
}

extension StaffText {
    fileprivate init(_ span: ChartSpan) {
        self =
            switch span {
            case .day: .chartsDay
            case .week: .chartsWeek
            case .quarter: .chartsQuarter
            }
    }

    fileprivate init(_ series: ChartSeries) {
        self =
            switch series {
            case .accepted: .seriesAccepted
            case .held: .seriesHeld
            case .refused: .seriesRefused
            case .delivered: .seriesDelivered
            case .deferred: .seriesDeferred
            case .failed: .seriesFailed
            case .uncertain: .seriesUncertain
            case .ourFault: .seriesOurFault
            case .waiting: .seriesWaiting
            case .oldest: .seriesOldest
            }
    }
}
