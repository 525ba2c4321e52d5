extension SecretBytes {
    /// Reads a password from a file that must be ours alone: mode 0400. A line break at its end is not part of it.
    /// - Parameter owner: whose the file may be as well; nil for this process's user alone.
    /// - Throws: `KeyFault`, which names the file.
    package convenience init(passwordFile path: String, owner: UInt32? = nil) throws(KeyFault) {
        let text: String
        do { text = try File.privateText(at: path, owner: owner) } catch { throw KeyFault(path: path, reason: error) }
        let line = text.utf8.prefix { $0 != 0x0A && $0 != 0x0D }
        guard !line.isEmpty else { throw KeyFault(path: path, reason: .emptyPassword) }
        self.init(line)
    }
}
