internal import ArgumentParser
private import Foundation
private import Glibc

/// A new folder for one run, never an installation's.
struct ScratchFolder: Sendable {
    let path: String

    var home: String { "\(path)/home" }
    var log: String { "\(path)/serve.log" }
    /// In the home, where the relay's user may write.
    func backup(_ number: Int) -> String { "\(home)/backup-\(number).sqlite" }

    /// - Parameter name: nil for one among the temporary files.
    /// - Throws: `ExitCode` 73 after naming a folder that cannot be made, or is there.
    init(named name: String?) throws {
        let wanted = name ?? "\(NSTemporaryDirectory())/postern-selftest-\(getpid())-\(UInt32.random(in: .min ... .max))"
        path = URL(fileURLWithPath: wanted).standardized.path
        // Root's relay runs as another user, who must get through to the home.
        let mode: mode_t = ProcessUser.isRoot ? 0o711 : 0o700
        guard mkdir(path, 0o700) == 0, chmod(path, mode) == 0 else {
            throw Exit.cannotCreate.saying(
                "cannot make the folder \(path): \(String(cString: strerror(errno)))\n    Name one that is not there yet with --keep."
            )
        }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Regular files under the folder, by their paths within it. Sockets cannot be read.
    func files() -> [String] {
        let names = FileManager.default.enumerator(atPath: path)?.allObjects.compactMap { $0 as? String } ?? []
        return names.filter { name in
            let type = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.type] as? FileAttributeType
            return type == .typeRegular
        }.sorted()
    }
}
