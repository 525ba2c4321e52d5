import PosternText
import Testing

struct TextDirectionTests {
    // What has letters of the other direction is isolated; an old program may draw the marks of anything else as boxes.
    @Test(arguments: [
        ("Pat", TextDirection.leftToRight, false), ("Pat (Club)", .leftToRight, false), ("أحمد", .leftToRight, true),
        ("Pat שלום", .leftToRight, true), ("4711", .leftToRight, false), ("أحمد", .rightToLeft, false),
        ("Pat", .rightToLeft, true), ("أحمد (Club)", .rightToLeft, true), ("4711 – !", .rightToLeft, false),
        ("", .leftToRight, false), ("日本", .rightToLeft, true),
    ])
    func `A value is isolated where its letters run against the sentence`(
        value: String, direction: TextDirection, isIsolated: Bool
    ) {
        #expect(direction.isolating(value) == (isIsolated ? "\u{2068}\(value)\u{2069}" : value))
    }
}
