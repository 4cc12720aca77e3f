import Glibc
import Reactor

/// What the dead commands need of either kind of queue. nil for a name means all letters.
protocol DeadLetterBox {
    /// The oldest first.
    func list(limit: Int) throws -> [ListedLetter]
    func letter(_ name: LetterName) throws -> ListedLetter?
    /// Returns how many letters that were.
    func replay(_ name: LetterName?) throws -> Int
    func discard(_ name: LetterName?) throws -> Int
}

/// How an operator names a letter.
enum LetterName: Equatable {
    /// Of the embedded queue.
    case number(Int64)
    /// Of a letter of the broker's, or of a job.
    case id(UUID)

    init(_ text: String) throws {
        var buffer = ByteBuffer()
        buffer.append(string: text)
        if let id = UUID(text: buffer.bytes) {
            self = .id(id)
        } else if let number = Int64(text) {
            self = .number(number)
        } else {
            throw DeadCommandFailure.notAName(text)
        }
    }
}

/// A letter as an operator sees it.
struct ListedLetter: Equatable {
    var name: String
    var content: LetterContent
    var body: [UInt8]
    var failedAtMilliseconds: Int64
    var attempts: Int
    var reason: String

    var line: String {
        let type = content.jobs > 1 ? "\(content.jobs) jobs" : content.type ?? "-"
        let fields = [
            name, content.jobIDs.first?.description ?? "-", type,
            WallClock.text(millisecondsSince1970: failedAtMilliseconds), String(attempts), reason,
        ]
        // Whatever a client put into its job, a letter stays one line, and the terminal is not steered.
        return fields.map { field in
            String(
                String.UnicodeScalarView(
                    field.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
        }.joined(separator: "\t")
    }
}

/// Ends the command with status 1 and this one line.
enum DeadCommandFailure: Error, Equatable, CustomStringConvertible {
    case notFound(String)
    case notAName(String)
    case noQueue(path: String)

    var description: String {
        switch self {
        case .notFound(let text): "there is no dead letter \(text)"
        case .notAName(let text): "\(text) is not the id of a dead letter or of a job"
        case .noQueue(let path): "there is no queue in \(path)"
        }
    }
}
