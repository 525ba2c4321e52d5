import Foundation
import PosternTestSupport
import Testing

/// Runs every file of the corpus through its check, without libFuzzer, so that what was once found stays mended.
@Suite("What strangers have sent before does no harm")
struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    private static func files(of parser: ForeignBytes) throws -> [(name: String, bytes: [UInt8])] {
        let folder = folder.appending(path: parser.rawValue)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }

    @Test(arguments: ForeignBytes.allCases)
    func `Each file meets what its parser promises`(parser: ForeignBytes) throws {
        let files = try Self.files(of: parser)
        #expect(files.count >= 3, "the corpus of \(parser.rawValue) is missing")
        for (name, bytes) in files {
            #expect(throws: Never.self, "\(parser.rawValue)/\(name)") { try parser.check(bytes) }
        }
    }

    // Anyone can send these bytes, so they must not keep a processor busy: the work may grow only as its input does.
    @Test(arguments: ForeignBytes.allCases)
    func `Each file, repeated up to the largest size its parser is given, stays cheap`(parser: ForeignBytes) throws {
        var slowest = (name: "", took: Duration.zero)
        for (name, bytes) in try Self.files(of: parser) where !bytes.isEmpty {
            let piles = Array(repeatElement(bytes, count: parser.limit / bytes.count + 1).joined().prefix(parser.limit))
            let took = Figure.processorTime {
                #expect(throws: Never.self, "\(parser.rawValue)/\(name), repeated") { try parser.check(piles) }
            }
            if took > slowest.took { slowest = (name, took) }
        }
        #expect(
            Figure.isCheap("\(parser.rawValue)/\(slowest.name), repeated", slowest.took, limit: .seconds(2)), "\(slowest)")
    }
}
