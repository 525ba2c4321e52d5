private import CUnix

/// What `--version` prints, and the log at every start.
enum Version {
    static let number = "0.1.0"

    /// With the commit that it was built from, as Package.swift found it.
    static var text: String { "\(number) (commit \(String(cString: unix_build_commit())), \(build) build)" }

    #if DEBUG
        private static let build = "debug"
    #else
        private static let build = "release"
    #endif
}
