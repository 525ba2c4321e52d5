private import Foundation
internal import PosternLink

/// One question to a process that may not answer: a doctor that waits for ever helps nobody.
enum Inquiry {
    enum Answer {
        case answered([UInt8])
        /// Nothing listens there.
        case nobody
        /// This user may not connect.
        case forbidden
        /// Somebody listens, and refused or said nothing; why.
        case failed(String)
    }

    /// For what costs nothing to answer: a process that takes longer stands still.
    static let soon = Duration.seconds(3)

    static func ask<Verb: LinkVerb>(
        _ path: String, _ verb: Verb, _ payload: [UInt8] = [], within patience: Duration = .seconds(10)
    ) async -> Answer {
        guard access(path, W_OK) == 0 else { return errno == EACCES ? .forbidden : .nobody }
        do {
            return .answered(try await FrameClient<Verb>(path: path).request(verb, payload, within: patience))
        } catch LinkFault.unreachable {
            return .nobody
        } catch let refusal as LinkRefusal {
            return .failed("\(refusal)")
        } catch {
            return .failed("no answer came")
        }
    }
}
