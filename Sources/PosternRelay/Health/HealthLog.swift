internal import PosternCore

/// When a condition is logged: once when it begins, again at growing intervals while it lasts, and once when it has ended.
package struct HealthLog {
    package enum Event: Equatable, Sendable {
        case began(HealthCondition)
        case lasts(HealthCondition, span: Duration)
        case ended(HealthCondition, span: Duration)
    }

    private struct Running {
        var condition: HealthCondition
        let began: Duration
        var seen: Duration
        /// How often it has been said that it lasts.
        var reminders = 0
    }

    private var running: [HealthCondition.ID: Running] = [:]

    /// When it is said again; after the last of these, once a day.
    private static let reminders: [Duration] = [.minutes(10), .hours(1), .hours(6), .days(1)]
    /// A condition that is gone for less is not over: a log must not fill with the same two lines.
    private static let pause = Duration.seconds(5)

    package init() {}

    /// - Parameters:
    ///   - conditions: worst first, and so are the events.
    ///   - now: on a clock that only goes forward.
    package mutating func take(_ conditions: [HealthCondition], at now: Duration) -> [Event] {
        var events: [Event] = []
        for condition in conditions {
            guard var known = running[condition.id] else {
                running[condition.id] = Running(condition: condition, began: now, seen: now)
                events.append(.began(condition))
                continue
            }
            (known.condition, known.seen) = (condition, now)
            if now - known.began >= Self.reminder(known.reminders) {
                known.reminders += 1
                events.append(.lasts(condition, span: now - known.began))
            }
            running[condition.id] = known
        }
        for (id, known) in running where now - known.seen >= Self.pause {
            running[id] = nil
            events.append(.ended(known.condition, span: known.seen - known.began))
        }
        return events
    }

    private static func reminder(_ number: Int) -> Duration {
        number < reminders.count ? reminders[number] : .days(1) * (number - reminders.count + 2)
    }
}
