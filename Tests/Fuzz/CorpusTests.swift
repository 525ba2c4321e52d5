import Foundation
import Testing

/// Every file of the corpus through its check, without libFuzzer: what it once found stays found.
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
    func `Each file holds to what its parser promises`(parser: ForeignBytes) throws {
        let files = try Self.files(of: parser)
        #expect(files.count >= 3, "the corpus of \(parser.rawValue) is missing")
        for (name, bytes) in files {
            #expect(throws: Never.self, "\(parser.rawValue)/\(name)") { try parser.check(bytes) }
        }
    }

    // What takes a second here would take a processor from everybody else: the work may grow as its input does, no faster.
    @Test(arguments: ForeignBytes.allCases)
    func `Each file piled up to the size that a parser is given stays cheap`(parser: ForeignBytes) throws {
        for (name, bytes) in try Self.files(of: parser) where !bytes.isEmpty {
            let piles = Array(repeatElement(bytes, count: parser.limit / bytes.count + 1).joined().prefix(parser.limit))
            let before = Self.processorTime
            #expect(throws: Never.self, "\(parser.rawValue)/\(name), piled up") { try parser.check(piles) }
            let took = Self.processorTime - before
            #expect(took < .seconds(2), "\(parser.rawValue)/\(name), piled up, took \(took)")
        }
    }

    /// For how long a processor has worked for this thread so far: as ProcessorTime has it, which is out of reach here.
    private static var processorTime: Duration {
        var time = (seconds: 0, nanoseconds: 0)
        withUnsafeMutableBytes(of: &time) { bytes in
            guard let start = bytes.baseAddress else { return }
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, UnsafeMutablePointer(OpaquePointer(start)))
        }
        return .seconds(time.seconds) + .nanoseconds(time.nanoseconds)
    }
}
