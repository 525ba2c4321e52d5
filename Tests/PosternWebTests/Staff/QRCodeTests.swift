import PosternWeb
import Testing

struct QRCodeTests {
    // Read back by a decoder while a browser test draws it; here: its frame, and that every length has a size.
    @Test func `The code is a square with its three finders and its timing, as large as the text needs`() throws {
        for (length, size) in [
            (1, 21), (17, 21), (18, 25), (32, 25), (33, 29), (106, 37), (107, 41), (230, 53), (231, 57), (271, 57),
        ] {
            let code = try #require(QRCode(String(repeating: "x", count: length)), "\(length)")
            #expect(code.size == size, "\(length)")
            for (row, column) in [(0, 0), (0, size - 7), (size - 7, 0)] {
                for place in 0..<7 { #expect(code.modules[row + place][column] && code.modules[row][column + place]) }
                #expect(!code.modules[row + 1][column + 1] && code.modules[row + 3][column + 3])
            }
            for place in 8..<(size - 8) { #expect(code.modules[6][place] == (place % 2 == 0)) }
        }
        #expect(QRCode(String(repeating: "x", count: 272)) == nil)
    }
}
