/// Why a file cannot be a logo: one sentence for the operator, with the remedy.
package struct LogoFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
}

extension Logo {
    /// Reads a file. Its first bytes tell its kind; its name does not matter.
    /// - Throws: when it is too large, or of a kind we do not serve.
    package init(file: [UInt8]) throws(LogoFault) {
        guard !file.isEmpty, file.count <= Self.limitKiB * 1_024 else {
            throw LogoFault(
                description:
                    "the logo has \(file.count) bytes\n    It may have \(Self.limitKiB) KiB; a width of 600 pixels is plenty.")
        }
        guard let kind = LogoID.Kind(beginningOf: file) else {
            throw LogoFault(description: "the logo is no PNG, JPEG, WebP or SVG file\n    Save it as one of these.")
        }
        // FNV-1a, 64 bits: it tells two files apart and protects nothing.
        let hash = file.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        self.init(
            id: LogoID(kind: kind, version: String(repeating: "0", count: 16 - digits.utf8.count) + digits), content: file)
    }
}

extension LogoID.Kind {
    fileprivate init?(beginningOf file: [UInt8]) {
        if file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if file.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if file.starts(with: Array("RIFF".utf8)), file.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            self = .webp
        } else if let text = String(validating: file.prefix(512).dropLastPartialScalar, as: UTF8.self), text.contains("<svg") {
            self = .svg
        } else {
            return nil
        }
    }
}

extension ArraySlice<UInt8> {
    /// Without the scalar that was cut in two at the end, if there is one.
    fileprivate var dropLastPartialScalar: ArraySlice<UInt8> {
        guard let start = lastIndex(where: { $0 & 0b1100_0000 != 0b1000_0000 }), endIndex - start < 4, self[start] >= 0x80 else {
            return self
        }
        return self[..<start]
    }
}
