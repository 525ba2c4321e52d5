import Foundation
import PosternRelay

/// The JSON of the control socket: a command's requests and the relay's answers.
enum ControlCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let (choice, rest) = bytes.choiceAndRest
        if choice & 1 == 0 {
            try check(rest, as: ControlRequest.self)
        } else {
            try check(rest, as: ControlAnswer<QueueCountsView>.self)
            try check(rest, as: ControlAnswer<DeliveryHistory>.self)
            try check(rest, as: ControlAnswer<LogExplanation>.self)
            try check(rest, as: ControlAnswer<Int>.self)
        }
    }

    private static func check<Value: Codable>(_ json: [UInt8], as _: Value.Type) throws(Breach) {
        guard let value = try? JSONDecoder().decode(Value.self, from: Data(json)) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let written = try? encoder.encode(value) else { throw Breach(description: "what was read can be written") }
        let again = try? encoder.encode(JSONDecoder().decode(Value.self, from: written))
        try hold(again == written, "a \(Value.self) that is written reads the same")
    }
}
