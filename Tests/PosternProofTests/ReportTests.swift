import Foundation
import PosternProof
import Testing

@Suite("A report says what was found where, and is never clean when a place was not searched")
struct ReportTests {
    private let recipient = FormTests.plainAddress
    private let text = FormTests.text
    private var watch: CanaryWatch { CanaryWatch([recipient, text, FormTests.six]) }

    private func look(_ kind: Place.Kind, _ written: String, returned: Set<Int> = []) -> [String] {
        watch.look(at: Place(kind, "there", returned: returned), Array(written.utf8)).findings.map { "\($0.canary) \($0.form)" }
    }

    @Test func `Each kind of place has its own secrets`() {
        let all = "\(recipient.text) \(text.text) \(FormTests.six.text)"
        for kind in [Place.Kind.file, .backup, .log, .response, .output] {
            #expect(look(kind, all) == ["2 plain", "3 plain", "5 plain"], "\(kind)")
        }
        #expect(look(.memory, all) == ["2 plain"])
        #expect(look(.mail, all) == ["5 plain"])
    }

    @Test func `What a visitor typed may come back as it was typed, and in no other form`() {
        #expect(look(.response, text.text, returned: [3]).isEmpty)
        #expect(look(.response, text.text, returned: [2]) == ["3 plain"])
        #expect(look(.response, String(text.text.reversed()), returned: [3]) == ["3 reversed"])
    }

    @Test func `A part of a requested address may stay in the memory of the process that was asked, and nowhere else`() {
        let piece = String(recipient.text.prefix { $0 != "@" && $0 != "+" })
        #expect(look(.memory, piece, returned: [2]).isEmpty)
        #expect(look(.memory, piece) == ["2 part"])
        #expect(look(.response, piece, returned: [2]) == ["2 part"])
    }

    @Test func `A finding names canary, form and offset, and nothing of the content`() throws {
        let finding = try #require(watch.look(at: Place(.file, "file x"), Array("ab \(recipient.text)".utf8)).findings.first)
        #expect(finding.description == "file x, offset 3: canary 2 (recipient's address) as plain")
    }

    @Test func `Found, clean and incomplete are three conclusions`() {
        func conclusion(_ written: String, gaps: [String] = []) -> LeakReport.Conclusion {
            LeakReport(
                watch: watch, canaries: 3, places: [watch.look(at: Place(.log, "log"), Array(written.utf8))], gaps: gaps
            ).conclusion
        }
        #expect(conclusion("nothing here") == .clean)
        #expect(conclusion("nothing here", gaps: ["the memory"]) == .incomplete)
        #expect(conclusion(recipient.text, gaps: ["the memory"]) == .found)
    }

    @Test func `A plant counts as found only where it was put`() {
        let plants = [
            LeakReport.Plant(kind: .log, canary: 2, form: .plain, planted: 1),
            .init(kind: .file, canary: 2, form: .plain, planted: 1),
        ]
        let report = LeakReport(
            watch: watch, canaries: 3, places: [watch.look(at: Place(.log, "log"), Array(recipient.text.utf8))], gaps: [],
            plants: plants)
        #expect(report.plants.map(\.found) == [1, 0])
    }
}
