import PosternCore
import Testing

@Suite("A verdict is the strictest that its parts ask for")
struct VerdictTests {
    // Refuse before hold, hold before a hundred points; fewer points only show in the log.
    @Test(
        arguments: [
            ([], .accept), ([Verdict.Part(.trapBait, .score(60))], .accept),
            ([Verdict.Part(.trapBait, .score(60)), Verdict.Part(.trapToken, .score(40))], .hold),
            ([Verdict.Part(.limitText, .hold)], .hold), ([Verdict.Part(.block, .refuse, block: 3)], .refuse),
            ([Verdict.Part(.limitSender, .hold), Verdict.Part(.limitClient, .refuse)], .refuse),
            ([Verdict.Part(.trapHaste, .score(99))], .accept), ([Verdict.Part(.trapHaste, .score(100))], .hold),
        ] as [([Verdict.Part], Verdict.Decision)])
    func `The strictest counts`(parts: [Verdict.Part], decision: Verdict.Decision) {
        #expect(Verdict(of: parts).decision == decision)
        #expect(Verdict(of: parts).parts == parts)
    }

    @Test func `Every part can be read back from its text`() {
        for rule in Verdict.Rule.allCases {
            for effect in [Verdict.Effect.refuse, .hold, .score(40)] {
                for block in [nil, 17] as [Int64?] {
                    let part = Verdict.Part(rule, effect, block: block)
                    #expect(Verdict.Part(part.description) == part)
                }
            }
        }
    }

    @Test(arguments: ["", "block", "block:", "unheard-of:hold", "block:hold:x", "block:hold:1:2", "trap-bait:many"])
    func `Another text is not a part`(text: String) {
        #expect(Verdict.Part(text) == nil)
    }
}
