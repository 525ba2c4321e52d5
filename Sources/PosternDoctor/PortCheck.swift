internal import PosternCore
internal import PosternHost
internal import PosternWeb

/// Whether the relay's addresses are free while it does not run: otherwise it would not start.
enum PortCheck {
    static func findings(_ settings: SettingsReading) -> [Finding] {
        guard let configuration = settings.configuration else { return [] }
        let all = [(Setting.listen, configuration.listen), (.staffListen, configuration.staffListen)]
        return all.filter { settings.areUsable($0.0) }.compactMap { setting, listen in
            do throws(PortFault) {
                try PortFault.probe(listen, setting: setting.rawValue)
                return nil
            } catch {
                let holder = PortHolder.name(at: listen).map { ": it is \($0)" } ?? ""
                return .fail(
                    .service, "the relay cannot start: \(setting.rawValue): \(listen): \(error.reason)\(holder)",
                    Remedy("Stop the program that has this port, or choose another in \(configuration.home)/postern.conf."))
            }
        }
    }
}
