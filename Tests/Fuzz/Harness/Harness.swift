import Foundation

/// The parser that this process feeds. It comes from the environment, because libFuzzer starts itself again for some of its work.
private let parser: ForeignBytes = {
    let name = ProcessInfo.processInfo.environment["POSTERN_FUZZ_PARSER"] ?? ""
    if name == "list" {
        for parser in ForeignBytes.allCases { print(parser.rawValue, parser.limit) }
        exit(0)
    }
    guard let parser = ForeignBytes(rawValue: name) else {
        let names = ForeignBytes.allCases.map(\.rawValue).joined(separator: " ")
        FileHandle.standardError.write(Data("POSTERN_FUZZ_PARSER names none of: \(names)\n".utf8))
        exit(64)
    }
    return parser
}()

/// libFuzzer calls this with one input after another (llvm.org/docs/LibFuzzer.html). A breach ends the process, as a crash of
/// the parser would, so that the input is kept.
private let testOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32 = { start, count in
    do {
        try parser.check(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        FileHandle.standardError.write(Data("BREACH \(parser.rawValue): \(error)\n".utf8))
        abort()
    }
    return 0
}

/// libFuzzer's entry point, in C: three words in, one out, which Swift passes in the same way.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutableRawPointer,
    _ testOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The package manager calls this `main`, so libFuzzer's own `main` is not linked.
@_cdecl("foreign_bytes_main")
func main(_ count: Int32, _ arguments: UnsafeMutableRawPointer) -> Int32 {
    // A wrong name is reported before anything is read.
    _ = parser
    var count = count
    // By pointer: libFuzzer changes both.
    return withUnsafeMutablePointer(to: &count) { count in
        var arguments = arguments
        return withUnsafeMutablePointer(to: &arguments) { runDriver(count, $0, testOneInput) }
    }
}
