import PosternCore
import PosternDoctor
import PosternHost
import Testing

@Suite("The doctor says where a cage has a gap")
struct CageCheckTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)
    private static let whole = ProcessCage.Offer(landlock: 6, hasSystemCallFilter: true)
    private static let caged = ProcessRole.allCases.map {
        CageCheck.Process($0, hasSystemCallFilter: true, hasCapabilities: false, mayGainPrivileges: false)
    }

    private func findings(
        _ offer: ProcessCage.Offer = whole, _ running: [CageCheck.Process] = caged, _ refused: [RefusedCalls.Entry] = []
    ) -> [Finding] {
        CageCheck.findings(offer, running: running, refused: refused, now: Self.now, record: "/home/run/refused-calls")
    }

    @Test func `A whole cage is well, running or not`() {
        #expect(findings().map(\.level) == [.ok])
        #expect(findings(Self.whole, []).map(\.level) == [.ok])
    }

    @Test(arguments: [(0, true, "Landlock"), (3, true, "ports"), (6, false, "seccomp")])
    func `An old kernel is said`(landlock: Int, hasFilter: Bool, word: String) {
        let running = ProcessRole.allCases.map {
            CageCheck.Process($0, hasSystemCallFilter: hasFilter, hasCapabilities: false, mayGainPrivileges: false)
        }
        let found = findings(.init(landlock: landlock, hasSystemCallFilter: hasFilter), running)
        #expect(found.map(\.level) == [.warn])
        #expect(found.allSatisfy { $0.text.contains(word) })
    }

    @Test func `A process of an older program, outside its cage, is FAIL`() {
        let status = "Name:\tpostern\nCapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\nNoNewPrivs:\t0\nSeccomp:\t0\n"
        let old = CageCheck.Process(.relay, status: status)
        #expect(old == .init(.relay, hasSystemCallFilter: false, hasCapabilities: true, mayGainPrivileges: true))
        #expect(findings(Self.whole, [old]).map(\.level) == [.fail])
    }

    @Test func `A refused call is told for a month, with its name and what to do`() {
        let calls = [40, 3, 1].map { RefusedCalls.Entry(at: Self.now - .days($0), child: .vault, call: "execve") }
        let found = findings(Self.whole, Self.caged, calls)
        #expect(found.count == 1 && found[0].level == .warn)
        #expect(found[0].text.contains("the vault was ended 2 times") && found[0].text.contains("execve"))
        #expect(found[0].remedy?.commands == ["rm /home/run/refused-calls"])
        #expect(findings(Self.whole, Self.caged, Array(calls.prefix(1))).map(\.level) == [.ok])
    }
}
