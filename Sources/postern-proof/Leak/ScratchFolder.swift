private import Foundation
private import Glibc
private import PosternHost

/// A new folder for one run; never a folder that exists.
struct ScratchFolder: Sendable {
    let path: String

    var home: String { "\(path)/home" }
    var log: String { "\(path)/serve.log" }
    func backup(_ number: Int) -> String { "\(path)/backup-\(number).sqlite" }

    /// - Parameter name: nil for a temporary folder.
    /// - Throws: `ExitCode` 73 after naming a folder that cannot be made, or exists.
    init(named name: String?) throws {
        let wanted = name ?? "\(NSTemporaryDirectory())/postern-selftest-\(getpid())-\(UInt32.random(in: .min ... .max))"
        path = URL(fileURLWithPath: wanted).standardized.path
        // As root, the relay runs as another user, who must be able to reach the home.
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

    /// Paths of the regular files, relative to the folder. Sockets cannot be read.
    func files() -> [String] {
        let names = FileManager.default.enumerator(atPath: path)?.allObjects.compactMap { $0 as? String } ?? []
        return names.filter { name in
            let type = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.type] as? FileAttributeType
            return type == .typeRegular
        }.sorted()
    }
}
