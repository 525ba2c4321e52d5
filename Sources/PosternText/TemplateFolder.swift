private import Foundation
private import Glibc

/// Reads the files of `templates/` and collects what is wrong with them, so that an operator learns everything at once.
package struct TemplateFolder {
    private let path: String
    private var faults: [TemplateFault] = []

    package init(_ path: String) {
        self.path = path
    }

    package mutating func note(_ file: String, _ reasons: TemplateFault.Reason...) {
        note(file, reasons)
    }

    package mutating func note(_ file: String, _ reasons: [TemplateFault.Reason]) {
        faults += reasons.map { TemplateFault(file: file, reason: $0) }
    }

    /// - Throws: everything noted so far, if anything was.
    package func check() throws(TemplateFaults) {
        guard faults.isEmpty else { throw TemplateFaults(all: faults) }
    }

    /// Nil, and noted, when the file cannot be read.
    package mutating func octets(of file: String) -> [UInt8]? {
        guard access("\(path)/\(file)", R_OK) == 0 else {
            // A file that is there must not be called missing: its operator would look for it.
            note(file, errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(String(cString: strerror(errno))))
            return nil
        }
        do {
            return Array(try Data(contentsOf: URL(filePath: path).appending(path: file)))
        } catch {
            note(file, .unreadable(error.localizedDescription))
            return nil
        }
    }

    /// With LF line ends, whatever an editor saved. Nil, and noted, when the file cannot be read or is not UTF-8.
    package mutating func text(of file: String) -> String? {
        guard let octets = octets(of: file) else { return nil }
        guard let text = String(validating: octets, as: UTF8.self) else {
            note(file, .notUTF8)
            return nil
        }
        return text.replacing("\r\n", with: "\n")
    }

    /// The sections of a catalogue. Nil, and noted, when the file is none.
    mutating func sections(of file: String) -> [String: [String: String]]? {
        guard let octets = octets(of: file) else { return nil }
        guard let sections = try? JSONDecoder().decode([String: [String: String]].self, from: Data(octets)) else {
            note(file, .notACatalogue)
            return nil
        }
        return sections
    }

    func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(file)") }

    /// The names of the folders in a folder, in order.
    func folders(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []
        return names.sorted().filter { name in
            var isFolder: ObjCBool = false
            return !name.hasPrefix(".")
                && FileManager.default.fileExists(atPath: "\(path)/\(folder)/\(name)", isDirectory: &isFolder)
                && isFolder.boolValue
        }
    }
}
