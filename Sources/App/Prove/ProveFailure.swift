/// Why nothing could be proven. Not that a promise was broken.
package enum ProveFailure: Error, Equatable, CustomStringConvertible {
    case file(String, reason: String)
    case journalExists(String)
    case journalLine(String, number: Int)
    case journalIsOfNoRun(String)
    case noInstance(String)
    case notSpillway(String, String)

    package var description: String {
        switch self {
        case .file(let path, let reason): "\(path): \(reason)"
        case .journalExists(let path): "\(path) is there already; verify it, or name another file"
        case .journalLine(let path, let number): "\(path): line \(number) is no line of a journal"
        case .journalIsOfNoRun(let path): "\(path) is no journal of a run: its first line must name one"
        case .noInstance(let reason): "no URL answers, so there is nothing to prove: \(reason)"
        case .notSpillway(let url, let answer): "\(url) is not the service: GET /orders?limit=1 is answered \(answer)"
        }
    }
}
