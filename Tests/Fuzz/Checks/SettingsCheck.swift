import PosternCore

/// The operator's settings: `NAME=VALUE` on each line, and each value as every kind of value.
enum SettingsCheck {
    private static let sound = [
        "POSTERN_PUBLIC_URL": "https://contact.example.org", "POSTERN_MAIL_FROM": "contact@relay.example.org",
        "POSTERN_SMTP_URL": "smtps://mail.example.org",
    ]

    static func check(_ bytes: [UInt8]) throws(Breach) {
        var settings = sound
        for line in bytes.lines {
            let parts = line.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            settings[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
            try checkValue(parts.count == 2 ? String(parts[1]) : String(parts[0]))
        }
        do {
            let configuration = try Configuration(settings, home: "/var/lib/postern")
            try AddressCheck.check(configuration.mail.from)
            try hold((1...64).contains(configuration.mail.lanes), "lanes are within their bounds")
        } catch let faults as SettingFaults {
            try hold(!faults.all.isEmpty, "a configuration that is refused has a fault")
            try hold(faults.all.allSatisfy { !$0.problem.isEmpty && !$0.remedy.isEmpty }, "every fault says what to do")
        } catch let breach as Breach {
            throw breach
        } catch {
            throw Breach(description: "a configuration is refused with its faults, not with \(error)")
        }
    }

    private static func checkValue(_ text: String) throws(Breach) {
        if let url = try? SmarthostURL(text) {
            let again = try? SmarthostURL("\(url.scheme.rawValue)://\(url.authority)")
            try hold(again == url, "a smarthost reads its own text")
            try hold(!url.host.isEmpty && url.port > 0, "a smarthost has a host and a port")
        }
        if let origin = WebOrigin(text) {
            try hold(WebOrigin(origin.description) == origin, "an origin reads its own text")
            let plain = "abcdefghijklmnopqrstuvwxyz0123456789.-:/[]"
            try hold(origin.description.utf8.allSatisfy { plain.utf8.contains($0) }, "an origin is plain")
            try hold(!origin.description.hasSuffix("/") && !origin.description.hasSuffix("[]"), "an origin has a host")
        }
        if let listen = ListenAddress(text) {
            try hold(ListenAddress(listen.description) == listen, "an address to listen on reads its own text")
        }
        if let limit = Limit(text) { try hold(Limit(limit.description) == limit, "a limit reads its own text") }
        if let span = Duration(span: text) { try hold(Duration(span: span.span) == span, "a span reads its own text") }
        if let range = try? AddressRange(text) {
            try hold((try? AddressRange(range.description)) == range, "a range reads its own text")
        }
    }
}
