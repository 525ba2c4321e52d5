import PosternWeb

/// The first bytes of a connection. They arrive in pieces of any size.
enum ProxyCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let whole = ProxyHeader.read(bytes)
        if case .whole(_, let length) = whole {
            try hold(length >= 16 && length <= bytes.count, "a header ends within what came")
        }
        // Every length around the fixed part, and some more.
        let cuts = Array(0...min(64, bytes.count)) + stride(from: 65, to: bytes.count, by: 61)
        for cut in cuts {
            let part = ProxyHeader.read(bytes.prefix(cut))
            guard part != .incomplete else { continue }
            if case .whole(_, let length) = part { try hold(length <= cut, "a header is whole only once it is there") }
            try hold(part == whole, "what was read of the beginning stands when more comes")
        }
    }
}
