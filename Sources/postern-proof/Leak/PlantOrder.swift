internal import ArgumentParser
internal import PosternProof

/// An order to put a canary somewhere, in some form: `FORM:PLACE`, or `all`.
struct PlantOrder: Hashable, Sendable {
    let form: Form
    let place: Place.Kind

    /// - Throws: `ValidationError` that lists the choices.
    static func all(_ texts: [String]) throws -> [PlantOrder] {
        try texts.flatMap { text -> [PlantOrder] in
            if text == "all" { return everything }
            let parts = text.split(separator: ":").map(String.init)
            guard parts.count == 2, let form = Form(rawValue: parts[0]), let place = Place.Kind(rawValue: parts[1]) else {
                throw ValidationError(
                    "--plant takes FORM:PLACE, with \(Form.allCases.map(\.rawValue).joined(separator: ", ")) and "
                        + Place.Kind.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return [Self(form: form, place: place)]
        }
    }
}

extension PlantOrder {
    /// Each form in each place, except where the canary is allowed: a client address in the relay's memory, a recipient's
    /// address in a mail.
    static var everything: [PlantOrder] {
        Place.Kind.allCases.flatMap { place in Form.allCases.map { Self(form: $0, place: place) } }
            .filter { $0 != Self(form: .binary, place: .memory) && $0 != Self(form: .punycode, place: .mail) }
    }
}

/// An order and the canary for it.
struct PlantedCanary: Sendable {
    let order: PlantOrder
    let canary: Canary

    /// Each order gets a canary that is used for nothing else, so that a finding names its order.
    /// - Throws: `DriveFault` when there are not enough of them.
    static func choose(_ orders: [PlantOrder], from flock: CanaryFlock, known search: NeedleSearch) throws -> [PlantedCanary] {
        // The last recipients got no letters.
        var free = Array(flock.recipients.suffix(flock.recipients.count / 2) + flock.clients)
        // An IPv4 address has no capital letters: in that form it is found as the plain one.
        let known = Set(search.needles.map { [String($0.canary), $0.form.rawValue] })
        return try orders.map { order in
            guard
                let place = free.firstIndex(where: { canary in
                    known.contains([String(canary.number), order.form.rawValue]) && order.place.forbidden.contains(canary.kind)
                        // Addresses with punycode are few.
                        && (canary.ascii == nil || order.form == .punycode)
                })
            else { throw DriveFault("too few canaries to plant \(order.form.rawValue); ask for more with --canaries") }
            return PlantedCanary(order: order, canary: free.remove(at: place))
        }
    }

    /// Every spelling of the canary in this form, as the search knows it.
    func ways(known by: NeedleSearch) -> [[UInt8]] {
        by.needles.filter { $0.canary == canary.number && $0.form == order.form }.map(\.bytes)
    }
}
