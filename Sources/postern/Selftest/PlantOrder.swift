internal import ArgumentParser
internal import PosternProof

/// Where to put a canary on purpose, and in which form: `FORM:PLACE`, or `all`.
struct PlantOrder: Hashable, Sendable {
    let form: Form
    let place: Place.Kind

    /// - Throws: `ValidationError` with what there is to choose from.
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
    /// Each form in each place. Not those whose canaries may be in the place: a client in the relay's memory, a recipient in
    /// a mail.
    static var everything: [PlantOrder] {
        Place.Kind.allCases.flatMap { place in Form.allCases.map { Self(form: $0, place: place) } }
            .filter { $0 != Self(form: .binary, place: .memory) && $0 != Self(form: .punycode, place: .mail) }
    }
}

/// An order with the canary it is carried out with.
struct PlantedCanary: Sendable {
    let order: PlantOrder
    let canary: Canary

    /// Each order has a canary that nothing else is done with: one that may be told from the others in what is found.
    /// - Throws: `DriveFault` when there are not enough of them.
    static func choose(_ orders: [PlantOrder], from flock: CanaryFlock, known search: NeedleSearch) throws -> [PlantedCanary] {
        // The last ones got no letters.
        var free = Array(flock.recipients.suffix(flock.recipients.count / 2) + flock.clients)
        // An IPv4 address in capitals is what it is anyway, and known as that.
        let known = Set(search.needles.map { [String($0.canary), $0.form.rawValue] })
        return try orders.map { order in
            guard
                let place = free.firstIndex(where: { canary in
                    known.contains([String(canary.number), order.form.rawValue]) && order.place.forbidden.contains(canary.kind)
                        // Those with punycode are few.
                        && (canary.ascii == nil || order.form == .punycode)
                })
            else { throw DriveFault("too few canaries to plant \(order.form.rawValue); ask for more with --canaries") }
            return PlantedCanary(order: order, canary: free.remove(at: place))
        }
    }

    /// Each way of writing the form that a search would name by it.
    func ways(known by: NeedleSearch) -> [[UInt8]] {
        by.needles.filter { $0.canary == canary.number && $0.form == order.form }.map(\.bytes)
    }
}
