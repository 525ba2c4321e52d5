/// What came of reading the settings.
package struct ConfigurationFacts: Sendable {
    /// The settings' file.
    package let path: String
    /// How many settings are given, in the file or the environment.
    package let given: Int
    package let faults: [SettingFault]

    package init(path: String, given: Int, faults: [SettingFault]) {
        (self.path, self.given, self.faults) = (path, given, faults)
    }

    package var findings: [Finding] {
        guard faults.isEmpty else {
            return faults.map { .fail(.configuration, "\($0.key): \($0.problem)", Remedy($0.remedy)) }
        }
        return [.ok(.configuration, "\(given) settings in \(path) and the environment hold together")]
    }
}
