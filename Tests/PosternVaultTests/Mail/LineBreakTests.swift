import Foundation
import PosternCore
import PosternMail
import PosternVault
import Testing

/// T6, for scripts without blanks: a line that a reader's program has to wrap goes on without the mark of a quotation.
@Suite("Text without blanks is broken where its script allows it (UAX #14)")
struct LineBreakTests {
    /// The quoted lines of the mail, without their mark.
    private func lines(_ message: String) async throws -> [String] {
        let letter = try MailSamples.letter(message: message)
        let read = try #require(try await ReadBack.read([MailSamples.composer().compose(MailSamples.mail(letter))]).first)
        return read.plain.components(separatedBy: "\n").filter { $0.hasPrefix(">") }.map { String($0.dropFirst(2)) }
    }

    private func columns(_ line: String) -> Int {
        line.reduce(0) { $0 + (($1.unicodeScalars.first?.value ?? 0) < 0x1100 ? 1 : $1 == "\u{200B}" ? 0 : 2) }
    }

    /// Each is longer than a line, and has no blank.
    private static let texts = [
        String(repeating: "我在你们的网站上看到了这张照片，觉得非常漂亮。", count: 12),
        String(repeating: "お写真を拝見しました、とても素敵でした。「夕焼け」のプリントはありますか？", count: 8),
        String(repeating: "안녕하세요사진을잘보았습니다", count: 12),
        String(repeating: "ข้อความ\u{200B}ภาษา\u{200B}ไทย\u{200B}", count: 30) + "จบ",
        String(repeating: "😀", count: 120), String(repeating: "葛\u{E0100}城", count: 60), String(repeating: "（注）", count: 60),
        String(repeating: "版本2.0和English混排，", count: 20), String(repeating: "Ｆｕｌｌ", count: 40),
    ]

    @Test(arguments: texts)
    func `Each line fits, and together they are the text`(text: String) async throws {
        let found = try await lines(text)
        #expect(found.count > 1)
        for line in found { #expect(columns(line) <= 76, "\(line)") }
        // No line is broken much too soon either.
        for line in found.dropLast() { #expect(columns(line) > 60, "\(line)") }
        #expect(found.joined() == text)
    }

    @Test(arguments: texts)
    func `No line begins with what closes a phrase, or ends with what opens one`(text: String) async throws {
        for shift in 0..<5 {
            let found = try await lines(String(repeating: "字", count: shift) + text)
            for line in found.dropFirst() { #expect(!"，。、」？）ー！".contains(line.first ?? " "), "\(line)") }
            for line in found.dropLast() { #expect(!"「（".contains(line.last ?? " "), "\(line)") }
        }
    }

    @Test func `Words keep whole: Latin ones among ideographs, and Korean ones as long as there are blanks`() async throws {
        let mixed = try await lines(String(repeating: "请看Photographer的作品", count: 12))
        #expect(mixed.count > 1 && mixed.joined(separator: "\n").components(separatedBy: "Photographer").count == 13)
        let korean = try await lines(String(repeating: "홈페이지에서 사진을 보았습니다 ", count: 8))
        #expect(korean.count > 1)
        for line in korean { #expect(line.hasSuffix(" ") || line == korean.last, "\(line)") }
    }

    @Test func `A link stays whole among ideographs`() async throws {
        let link = "https://zh.example.org/wiki/维基百科自由的百科全书/照片"
        let found = try await lines(String(repeating: "我在你们的网站上看到了", count: 3) + "请看" + link + "，谢谢你们。")
        #expect(found.contains { $0.contains(link) }, "\(found)")
    }
}
