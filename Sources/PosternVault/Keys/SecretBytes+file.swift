extension SecretBytes {
    /// Reads a password from a file that only this process's user may read: mode 0400. Its first line is the password.
    /// - Throws: `KeyFault`, which names the file.
    package convenience init(passwordFile path: String) throws(KeyFault) {
        let text: String
        do { text = try File.privateText(at: path) } catch { throw KeyFault(path: path, reason: error) }
        let line = text.utf8.prefix { $0 != 0x0A && $0 != 0x0D }
        guard !line.isEmpty else { throw KeyFault(path: path, reason: .emptyPassword) }
        self.init(line)
    }
}
