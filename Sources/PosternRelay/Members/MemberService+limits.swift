package import PosternCore

extension MemberService {
    /// How many links to members' pages one network may ask for. Each may send a mail to somebody who did not ask for it; how many one
    /// member gets, `sendLink` limits, and so does the vault.
    package static var linkRequests: Limit {
        Limit(burst: 5, rates: [Limit.Rate(count: 10, per: .hours(1)), Limit.Rate(count: 30, per: .days(1))])
    }
}
