import PosternRelay
import Testing

@Suite("A condition is logged when it begins, at growing intervals, and when it has ended")
struct HealthLogTests {
    private static func condition(_ id: HealthCondition.ID = .login, count: Int? = nil) -> HealthCondition {
        HealthCondition(id, .standsStill, "x", meaning: "y", remedy: "z", count: count)
    }

    @Test func `Looked at every ten seconds for three days, it is said six times`() {
        var log = HealthLog()
        var said: [Int] = []
        for second in stride(from: 0, to: 3 * 86_400, by: 10)
        where !log.take([Self.condition(count: second)], at: .seconds(second)).isEmpty {
            said.append(second)
        }
        #expect(said == [0, 600, 3_600, 21_600, 86_400, 172_800])
    }

    @Test func `The counts are those of the moment`() {
        var log = HealthLog()
        #expect(log.take([Self.condition(count: 1)], at: .zero) == [.began(Self.condition(count: 1))])
        #expect(
            log.take([Self.condition(count: 131)], at: .seconds(600)) == [
                .lasts(Self.condition(count: 131), span: .seconds(600))
            ])
    }

    @Test func `A blink is no end; five seconds without it are, and then it can begin again`() {
        var log = HealthLog()
        _ = log.take([Self.condition()], at: .zero)
        #expect(log.take([], at: .seconds(4)).isEmpty)
        #expect(log.take([Self.condition()], at: .seconds(5)).isEmpty)
        #expect(log.take([], at: .seconds(9)).isEmpty)
        #expect(log.take([], at: .seconds(10)) == [.ended(Self.condition(), span: .seconds(5))])
        #expect(log.take([Self.condition()], at: .seconds(11)) == [.began(Self.condition())])
    }

    @Test func `Each condition has its own times, and the worst comes first`() {
        var log = HealthLog()
        #expect(log.take([Self.condition(.vault), Self.condition(.held)], at: .zero).count == 2)
        #expect(
            log.take([Self.condition(.store), Self.condition(.vault)], at: .seconds(60)) == [
                .began(Self.condition(.store)), .ended(Self.condition(.held), span: .zero),
            ])
    }
}
