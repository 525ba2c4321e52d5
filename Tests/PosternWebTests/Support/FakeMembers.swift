import PosternCore
import PosternRelay
import Synchronization

/// A site at which people may begin in one way, and what a test has it answer.
final class FakeJoining: JoinServing {
    struct Broken: Error {}

    private struct State {
        var posts: [JoinPost] = []
        var asked: [String] = []
    }

    private let way: JoinStanding.Way?
    private let answer: JoinAnswer
    private let taken: Set<String>
    private let isBroken: Bool
    private let state = Mutex(State())

    /// The one invitation there is.
    static let invitation = LinkToken(madeAt: 1_795_514_709, of: Array(101...116))

    /// - Parameter way: nil for no site at all.
    init(
        _ way: JoinStanding.Way? = .open, answer: JoinAnswer? = nil, taken: Set<String> = ["sam"], isBroken: Bool = false
    ) {
        self.way = way
        self.answer = answer ?? (try? Handle("pat")).map(JoinAnswer.asked) ?? .unknown
        self.taken = taken
        self.isBroken = isBroken
    }

    var posts: [JoinPost] { state.withLock { $0.posts } }
    /// Handles that were asked for.
    var asked: [String] { state.withLock { $0.asked } }

    func standing(at site: String, with invitation: LinkToken?) async throws -> JoinStanding? {
        if isBroken { throw Broken() }
        guard site == "photos", let way, let known = Example.contact() else { return nil }
        return JoinStanding(way, at: known.site)
    }

    func fault(of handle: String, at site: String) async throws -> Result<Handle, MemberFault>? {
        if isBroken { throw Broken() }
        guard let standing = try await standing(at: site, with: nil), standing.isOpen else { return nil }
        state.withLock { $0.asked.append(handle) }
        do throws(MemberFault.Reason) {
            let read = try RawMember.handle(handle)
            return taken.contains(read.text) ? .failure(MemberFault(.handle, .handle(.taken(read)))) : .success(read)
        } catch {
            return .failure(MemberFault(.handle, error))
        }
    }

    func join(_ post: JoinPost) async -> JoinAnswer {
        state.withLock { $0.posts.append(post) }
        if case .asked = answer {
            do throws(MemberFaults) {
                return .asked(try post.member.validated(in: post.languages, standard: post.language).handle)
            } catch {
                return .invalid(error)
            }
        }
        return answer
    }
}

/// One member, and one token that is good.
final class FakeMembers: MemberAPI {
    enum Call: Equatable {
        case add(RawMember, key: String?)
        case find(String)
        case change(String, name: String?, email: String?, locale: String?, isPaused: Bool?)
        case erase(String)
        case invite(handle: String?, count: Int, lasts: Duration)
    }

    static let token = "postern_" + String(repeating: "0", count: 52)

    private let refusal: MemberRefusal?
    private let state = Mutex<[Call]>([])

    init(_ refusal: MemberRefusal? = nil) {
        self.refusal = refusal
    }

    var calls: [Call] { state.withLock { $0 } }

    func check(_ caller: SiteCaller) async throws(MemberRefusal) {
        guard let token = caller.token else { throw .noToken }
        guard token == Self.token else { throw .badToken }
        guard caller.site == "photos" else { throw .notAllowed }
    }

    private func called(_ call: Call, _ caller: SiteCaller) async throws(MemberRefusal) {
        try await check(caller)
        state.withLock { $0.append(call) }
        if let refusal { throw refusal }
    }

    private static func view(_ handle: String) throws(MemberRefusal) -> MemberView {
        guard let handle = Handle(spelled: handle), let name = try? HeaderText("Pat Photographer", limit: 100) else {
            throw .unknownMember
        }
        return MemberView(handle: handle, name: name, language: .english, state: .unconfirmed)
    }

    func add(_ post: MemberPost, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView {
        try await called(.add(post.member, key: post.idempotencyKey), caller)
        let handle: Handle
        do throws(MemberFaults) {
            handle = try post.member.validated(in: post.languages, standard: .english).handle
        } catch {
            throw .invalid(error)
        }
        return try Self.view(handle.text)
    }

    func find(_ handle: String, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView {
        try await called(.find(handle), caller)
        return try Self.view(handle)
    }

    func change(_ handle: String, _ change: MemberPatch, _ caller: SiteCaller) async throws(MemberRefusal) -> MemberView {
        try await called(
            .change(handle, name: change.name, email: change.email, locale: change.locale, isPaused: change.isPaused), caller)
        return try Self.view(handle)
    }

    func erase(_ handle: String, _ caller: SiteCaller) async throws(MemberRefusal) {
        try await called(.erase(handle), caller)
    }

    func invite(_ order: InvitationOrder, _ caller: SiteCaller) async throws(MemberRefusal) -> [InvitationLink] {
        try await called(.invite(handle: order.handle, count: order.count, lasts: order.lasts), caller)
        guard let site = try? SiteID("photos") else { throw .notAllowed }
        return (0..<order.count).map { _ in
            InvitationLink(site: site, token: FakeJoining.invitation, endsAt: Example.now + order.lasts)
        }
    }
}
