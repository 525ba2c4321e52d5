import PosternHost
import Testing

@Suite("The supervisor judges a child by its answers")
struct AnswerWatchTests {
    /// What `count` unanswered questions lead to, without the ordinary case.
    private static func silence(_ watch: inout AnswerWatch, _ count: Int) -> [AnswerWatch.Observation] {
        (0..<count).map { _ in watch.look(isAnswered: false) }.filter { $0 != .nothing }
    }

    @Test func `A child that answers is left alone`() {
        var watch = AnswerWatch()
        #expect((0..<1_000).allSatisfy { _ in watch.look(isAnswered: true) == .nothing })
    }

    @Test func `Three unanswered questions are noted once, and an answer ends that`() {
        var watch = AnswerWatch()
        _ = watch.look(isAnswered: true)
        #expect(Self.silence(&watch, 29) == [.silent])
        #expect(watch.look(isAnswered: true) == .answersAgain)
        #expect(watch.look(isAnswered: true) == .nothing)
    }

    @Test func `Thirty unanswered questions mean that it hangs`() {
        var watch = AnswerWatch()
        _ = watch.look(isAnswered: true)
        #expect(Self.silence(&watch, 30) == [.silent, .hung])
    }

    @Test func `A child that opens a large store has half an hour for its first answer`() {
        var watch = AnswerWatch()
        #expect(Self.silence(&watch, 1_799) == [.slowStart])
        #expect(watch.look(isAnswered: true) == .answersAgain)
        #expect(Self.silence(&watch, 30) == [.silent, .hung])
    }

    @Test func `A child that never gets past its start is killed in the end`() {
        var watch = AnswerWatch()
        #expect(Self.silence(&watch, 1_800) == [.slowStart, .neverStarted])
        // Killing it may take a moment.
        #expect(watch.look(isAnswered: false) == .neverStarted)
    }
}

@Suite("A child that ends is started again, unless that is pointless")
struct RestartBackOffTests {
    @Test func `The pauses double from a tenth of a second to ten seconds`() {
        var backOff = RestartBackOff()
        let waits = (0..<9).map { _ in backOff.wait(afterLasting: .seconds(1)) }
        #expect(waits == [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map { .milliseconds($0) })
        #expect(backOff.wait(afterLasting: .seconds(60)) == .milliseconds(100))
    }

    @Test func `A wrong configuration ends the service; a port in use does so on the first start only`() {
        var backOff = RestartBackOff()
        #expect(backOff.isHopeless(status: 69, afterLasting: .seconds(1)))
        #expect(!backOff.isHopeless(status: 75, afterLasting: .seconds(1)))
        _ = backOff.wait(afterLasting: .seconds(1))
        #expect(!backOff.isHopeless(status: 69, afterLasting: .seconds(1)))
        #expect(backOff.isHopeless(status: 78, afterLasting: .seconds(1)))
    }
}
