package import Orders
import Reactor

/// How an operator names a letter.
package enum LetterName: Equatable {
    /// A letter of the embedded queue.
    case number(Int64)
    /// A letter of the broker, or a job.
    case id(UUID)

    /// The text can't be the name of a letter in this queue.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        let text: String

        package var description: String { "\(text) is not the id of a dead letter or of a job" }
    }

    package init(_ text: String) throws(Invalid) {
        var buffer = ByteBuffer()
        buffer.append(string: text)
        if let id = UUID(text: buffer.bytes) {
            self = .id(id)
        } else if let number = Int64(text) {
            self = .number(number)
        } else {
            throw Invalid(text: text)
        }
    }
}
