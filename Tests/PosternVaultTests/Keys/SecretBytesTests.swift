import Glibc
import PosternVault
import Testing

@Suite("A secret has pages of its own")
struct SecretBytesTests {
    @Test func `It stays locked and out of core dumps when another one ends`() throws {
        let kept = SecretBytes(Array("a secret that lives".utf8))
        var other: SecretBytes? = SecretBytes(Array("a secret that ends".utf8))
        let before = try flags(of: kept)
        other = nil
        #expect(other == nil)
        let after = try flags(of: kept)
        // Where the system allows no locking, there is none to lose.
        #expect(before.contains("dd") && after == before)
    }

    @Test(arguments: [0, 1, 4_095, 4_096, 4_097, 20_000])
    func `It holds what it was given, whatever its length`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        #expect(SecretBytes(bytes).withBytes { Array($0) } == bytes)
    }

    /// What the kernel says of the memory that a secret lies in: `lo` is locked, `dd` is left out of a core dump (proc_pid_smaps(5)).
    private func flags(of secret: SecretBytes) throws -> Set<Substring> {
        let address = secret.withBytes { UInt(bitPattern: $0.baseAddress) }
        var isOurs = false
        for line in try smaps().split(separator: "\n") {
            let range = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            if range.count == 2 { isOurs = (range[0]..<range[1]).contains(address) }
            if isOurs, line.hasPrefix("VmFlags:") { return Set(line.dropFirst(8).split(separator: " ")) }
        }
        return []
    }

    /// Read to its end: the kernel gives such a file in parts.
    private func smaps() throws -> String {
        let file = try #require(fopen("/proc/self/smaps", "r"))
        defer { fclose(file) }
        var (text, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while case let count = fread(&part, 1, part.count, file), count > 0 { text += part.prefix(count) }
        return String(decoding: text, as: UTF8.self)
    }
}
