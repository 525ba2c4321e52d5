/// Reads settings one by one and collects all faults.
struct SettingReader {
    private let values: [String: String]
    private(set) var faults: [SettingFault] = []

    init(_ values: [String: String]) {
        self.values = values
    }

    /// Empty counts as not set, as in `POSTERN_SMTP_USER=`.
    func text(_ setting: Setting) -> String? {
        values[setting.rawValue].flatMap { $0.isEmpty ? nil : $0 }
    }

    mutating func fault(_ setting: Setting, _ problem: String, _ remedy: String) {
        faults.append(SettingFault(key: setting.rawValue, problem: problem, remedy: remedy))
    }

    /// - Parameters:
    ///   - standard: used when the setting is absent, and also when it is faulty (the fault is then collected).
    ///   - remedy: what a valid value looks like.
    mutating func value<Value>(_ setting: Setting, standard: Value, remedy: String, _ parse: (String) -> Value?) -> Value {
        guard let text = text(setting) else { return standard }
        guard let value = parse(text) else {
            fault(setting, "“\(text.withoutCredentials)” cannot be used", remedy)
            return standard
        }
        return value
    }

    mutating func required<Value>(_ setting: Setting, remedy: String, _ parse: (String) -> Value?) -> Value? {
        guard text(setting) != nil else {
            fault(setting, "it is not set", remedy)
            return nil
        }
        return value(setting, standard: nil, remedy: remedy) { parse($0).map(Optional.some) }
    }

    /// Unknown keys with our prefix: most likely a known setting, misspelt.
    mutating func findUnknown() {
        let known = Set(Setting.allCases.map(\.rawValue))
        for key in values.keys.filter({ $0.hasPrefix("POSTERN_") && !known.contains($0) }).sorted() {
            let near = known.min { ($0.distance(to: key), $0) < ($1.distance(to: key), $1) }
            let hint = near.flatMap { $0.distance(to: key) <= 3 ? "Did you mean \($0)? " : nil } ?? ""
            faults.append(
                SettingFault(key: key, problem: "there is no such setting", remedy: hint + "Correct the name or remove the line.")
            )
        }
    }
}

extension String {
    /// A URL without the user and password before its host, since faults appear on screens and in logs.
    fileprivate var withoutCredentials: String {
        guard let begin = firstRange(of: "://")?.upperBound, let at = lastIndex(of: "@"), begin <= at else { return self }
        return self[..<begin] + "…" + self[at...]
    }

    /// Levenshtein's distance: how many characters to insert, remove or change.
    fileprivate func distance(to other: String) -> Int {
        let (rows, columns) = (Array(utf8), Array(other.utf8))
        var previous = Array(0...columns.count)
        for (row, letter) in rows.enumerated() {
            var current = [row + 1]
            for (column, counterpart) in columns.enumerated() {
                let change = previous[column] + (letter == counterpart ? 0 : 1)
                current.append(Swift.min(change, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[columns.count]
    }
}
