private import Foundation
internal import PosternLink

/// One question to a process that may have stopped answering. It has a time limit: a doctor who waits forever helps nobody.
enum Inquiry {
    enum Answer {
        case answered([UInt8])
        /// Nothing listens there.
        case nobody
        /// This user may not connect.
        case forbidden
        /// Something listens, and refused or did not answer. Why.
        case failed(String)
    }

    private static let timeout = Duration.seconds(10)

    static func ask(_ path: String, _ verb: Verb, _ payload: [UInt8]) async -> Answer {
        guard access(path, W_OK) == 0 else { return errno == EACCES ? .forbidden : .nobody }
        let client = FrameClient(path: path)
        let answer = await withTaskGroup(of: Answer?.self) { group in
            group.addTask {
                do {
                    return .answered(try await client.request(verb, payload))
                } catch LinkFault.notSent {
                    return .nobody
                } catch let refusal as LinkRefusal {
                    return .failed("\(refusal)")
                } catch {
                    return .failed("no answer came")
                }
            }
            group.addTask {
                do {
                    try await Task.sleep(for: timeout)
                    // Closing its connection ends the request.
                    await client.close()
                } catch {
                    // Answered in time.
                }
                return nil
            }
            var found: Answer?
            while found == nil, let next = await group.next() { found = next }
            group.cancelAll()
            return found ?? .nobody
        }
        await client.close()
        return answer
    }
}
