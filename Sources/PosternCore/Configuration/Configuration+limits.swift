extension SettingReader {
    mutating func limits() -> Configuration.Limits {
        let client = limit(.limitClient, standard: Limit("3,5/1h,20/1d"))
        return Configuration.Limits(
            client: client, recipient: limit(.limitRecipient, standard: Limit("10/1h,50/1d")),
            global: globalLimit(standard: Limit("300/1h,1000/1h")), sender: limit(.limitSender, standard: client),
            text: limit(.limitText, standard: client), wave: wave(standard: 5),
            // Where everything comes from one address, neither limit makes sense.
            requests: limit(.limitRequests, standard: client.isOff ? nil : Limit("3000,3000/1m")))
    }

    private mutating func wave(standard: Int) -> Int? {
        value(
            .limitWave, standard: standard,
            remedy: "Write off, or how many recipients may have letters that are nearly the same, from 1 to 1000000, as in 5."
        ) { text in
            text == "off" ? .some(nil) : Int(text).flatMap { (1...1_000_000).contains($0) ? .some($0) : nil }
        }
    }

    private mutating func limit(_ setting: Setting, standard: Limit?) -> Limit {
        value(
            setting, standard: standard ?? .off,
            remedy:
                "Write off, or a burst and rates over a day at most, as in 3,5/1h,20/1d; the burst at most what comes in a day."
        ) { text in
            // Counts are kept under the keys of two days: a longer span would lose some of them.
            Limit(text).flatMap { limit in
                let isBurstOfADay = limit.rates.first.map { rate in
                    rate.per * (limit.burst ?? rate.count) <= .days(1) * rate.count
                }
                return limit.rates.allSatisfy { $0.per <= .days(1) } && isBurstOfADay != false ? limit : nil
            }
        }
    }

    /// Above the first rate letters are held, above the second they are refused.
    private mutating func globalLimit(standard: Limit?) -> Limit {
        value(
            .limitGlobal, standard: standard ?? .off,
            remedy: "Write off, or the rate to hold at and the rate to refuse at, as in 300/1h,1000/1h."
        ) { text in
            Limit(text).flatMap { limit in
                let isPair = limit.burst == nil && limit.rates.count <= 2 && limit.rates.allSatisfy { $0.per <= .days(1) }
                return limit.isOff || isPair ? limit : nil
            }
        }
    }
}
