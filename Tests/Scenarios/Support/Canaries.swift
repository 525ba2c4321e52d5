import Crypto
import Foundation
import PosternTestSupport

/// Searches for texts in the forms in which they might be stored: plain, base64 at three offsets, quoted-printable, hexadecimal,
/// percent-encoded, UTF-16, reversed, and as MD5, SHA-1 and SHA-256, raw and in hexadecimal.
struct Canaries {
    private let forms: [(text: String, needle: [UInt8])]
    /// Every needle by its first four bytes: thousands of needles in one pass.
    private let byStart: [UInt32: [Int]]

    init(_ texts: [String]) {
        let forms = texts.flatMap { text in Self.forms(of: text).map { (text, Array($0)) } }
        self.forms = forms
        byStart = Dictionary(grouping: forms.indices) { Self.start(of: forms[$0].1[...]) }
    }

    /// - Returns: the texts that were found, in any form.
    func hits(in data: Data) -> Set<String> {
        var found: Set<String> = []
        data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            guard bytes.count >= 4 else { return }
            var window = UInt32(bytes[0]) << 16 | UInt32(bytes[1]) << 8 | UInt32(bytes[2])
            for index in 3..<bytes.count {
                window = window << 8 | UInt32(bytes[index])
                guard let candidates = byStart[window] else { continue }
                let begin = index - 3
                for candidate in candidates {
                    let needle = forms[candidate].needle
                    guard begin + needle.count <= bytes.count else { continue }
                    if needle.elementsEqual(UnsafeRawBufferPointer(rebasing: bytes[begin..<(begin + needle.count)])) {
                        found.insert(forms[candidate].text)
                    }
                }
            }
        }
        return found
    }

    static func forms(of text: String) -> [Data] {
        let plain = Data(text.utf8)
        var forms = [plain, Data(text.reversed().map(String.init).joined().utf8)]
        forms.append(Data(Hex.text(plain).utf8))
        forms.append(Data(Hex.text(plain).uppercased().utf8))
        forms.append(Data(text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }))
        forms.append(Data(text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }))
        forms.append(Data((text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text).utf8))
        forms.append(Data(plain.map { "=" + Hex.text([$0]).uppercased() }.joined().utf8))
        for offset in 0..<3 {
            // Characters at the ends also hold bits of neighbouring bytes, and are left out.
            let encoded = (Data(repeating: 0, count: offset) + plain).base64EncodedString()
            let skipped = offset == 0 ? 0 : offset + 1
            let whole = (offset + plain.count) / 3 * 4
            forms.append(Data(String(encoded.prefix(whole).dropFirst(skipped)).utf8))
        }
        for digest in [
            Data(Insecure.MD5.hash(data: plain)), Data(Insecure.SHA1.hash(data: plain)), Data(SHA256.hash(data: plain)),
        ] {
            forms.append(digest)
            forms.append(Data(Hex.text(digest).utf8))
        }
        return forms
    }

    private static func start(of needle: ArraySlice<UInt8>) -> UInt32 {
        needle.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// The writable memory of a process, as root sees it.
enum Memory {
    static func writable(of pid: Int32) throws -> Data {
        let maps = try Proc.text("/proc/\(pid)/maps")
        let memory = open("/proc/\(pid)/mem", O_RDONLY)
        guard memory >= 0 else { throw Failure("the memory of \(pid) cannot be read: \(errno)") }
        defer { close(memory) }
        var content = Data()
        for line in maps.split(separator: "\n") {
            let parts = line.split(separator: " ")
            let range = parts[0].split(separator: "-")
            guard parts[1].hasPrefix("rw"), let start = UInt64(range[0], radix: 16), let end = UInt64(range[1], radix: 16) else {
                continue
            }
            var position = start
            var chunk = [UInt8](repeating: 0, count: 1 << 20)
            while position < end {
                let count = pread(memory, &chunk, Int(min(UInt64(chunk.count), end - position)), off_t(position))
                guard count > 0 else { break }
                content.append(contentsOf: chunk[..<count])
                position += UInt64(count)
            }
        }
        return content
    }
}
