private import Foundation
package import PosternHost

extension Doctor {
    /// What would keep relay and vault from starting: what each of the two users finds when it looks at the files that its process
    /// needs. A running supervisor asks before it gives up processes that run.
    package func startObstacles(_ users: ProcessUsers) async -> [String] {
        let settings = SettingsReading(home: home)
        var obstacles: [String] = []
        for (part, user) in [(Part.relayFiles, users.relay), (.vaultFiles, users.vault), (.password, users.vault)] {
            guard let found = await startFindings(part, user, settings) else {
                return ["The files that relay and vault need could not be looked at.\n    Try again."]
            }
            // Only commands need to read the settings as these users.
            let failed = found.filter { $0.level == .fail && $0.check != .configuration }
            obstacles += failed.map { finding in
                let remedy = finding.remedy.map { [$0.text] + $0.commands } ?? []
                return "\(finding.text)\n    \(remedy.joined(separator: " "))"
            }.filter { !obstacles.contains($0) }
        }
        return obstacles
    }

    private func startFindings(_ part: Part, _ user: ProcessUser?, _ settings: SettingsReading) async -> [Finding]? {
        let bytes: Data? =
            if let examiner, let user {
                await examiner(part, user, settings.passedOn).map { Data($0) }
            } else {
                await examined(part)
            }
        return bytes.flatMap { try? JSONDecoder().decode([Finding].self, from: $0) }
    }
}
