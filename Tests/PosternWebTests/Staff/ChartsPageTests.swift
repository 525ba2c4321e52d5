import PosternCore
import PosternRelay
import PosternTestSupport
import PosternText
import PosternWeb
import Testing

@Suite("Charts are drawn on the server, with a table under each")
struct ChartsPageTests {
    @Test func `Bars stand on each other and on the ground, inside the drawing, and higher ones are more`() throws {
        let plot = Plot([[0, 3, 10], [0, 1, 0], [0, 0, 9]])
        #expect(plot.bars.map(\.part) == [1, 1, 2, 2])
        #expect(plot.bars.map(\.layer) == [0, 1, 0, 2])
        let (low, upper) = (plot.bars[0], plot.bars[1])
        #expect(low.y + low.height == Plot.bottom && abs(upper.y + upper.height - low.y) < 0.001)
        #expect(low.height > upper.height && plot.bars[2].height > plot.bars[3].height)
        for bar in plot.bars {
            #expect(bar.x >= Plot.left && bar.x + bar.width <= Plot.width && bar.y >= 0 && bar.width > 0)
        }
        #expect(plot.ticks.first?.value == 0 && plot.ticks.first?.y == Plot.bottom)
        #expect(plot.ticks.last?.value == 20)
    }

    // The rule: round numbers, the greatest of them no less than the highest bar, and nothing drawn where nothing is.
    @Test(arguments: [(0, 4), (1, 4), (4, 4), (5, 5), (6, 10), (11, 20), (39, 40), (41, 50), (51, 100), (9_999, 10_000)])
    func `The scale ends at a round number`(most: Int, end: Int) {
        let plot = Plot([[most, 0]])
        #expect(plot.ticks.last?.value == end)
        #expect(plot.bars.count == (most > 0 ? 1 : 0))
        #expect(plot.ticks.map(\.value) == plot.ticks.map(\.value).sorted())
    }

    @Test func `One among very many is drawn, and no number is too great`() {
        let plot = Plot([[1, 1_000_000], [.max / 200, 0]])
        #expect(plot.bars.allSatisfy { $0.height >= 1 && $0.height.isFinite })
        #expect(Plot([]).bars.isEmpty && Plot([[]]).ticks.last?.value == 4)
    }

    @Test(arguments: ChartSpan.allCases)
    func `Each chart has its legend, its bars with what they mean, and its numbers in a table`(_ span: ChartSpan) throws {
        let templates = try Templates(folder: templatesFolder)
        let page = ChartsPage(FakeCharts.view(span), .unbranded(templates))
        #expect(page.charts.count == 4 && page.charts.allSatisfy { !$0.isEmpty && $0.rows.count == 1 })
        #expect(page.charts[0].legend.map(\.series) == ["accept", "hold", "refuse"])
        #expect(page.charts[0].rows[0].cells.map(\.cell) == ["60", "120", "180"])
        // Of levels the highest, in minutes.
        #expect(page.charts[3].rows[0].cells.map(\.cell) == ["10"])
        #expect(page.spans.filter { $0.current != nil }.map(\.path) == ["/charts?span=\(span.rawValue)"])
        #expect(page.people.map(\.personPath) == ["/log?recipient=photos/pat"])
    }
}
