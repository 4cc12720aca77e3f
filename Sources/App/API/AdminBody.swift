import Orders
import Reactor

/// Why a request under /admin is not even tried.
enum AdminRefusal: Error, Equatable {
    case closed
    case unauthorized
    /// What is wrong with the body, one sentence that names the field.
    case malformed(String)
}

/// The body of a request under /admin: `{"password": text, "count": integer}`, both as needed; an empty one is fine.
struct AdminBody {
    static let maximumBytes = 64 << 10
    static let counts = 1...1_000_000

    /// Of what the body gives as password. Made at once, since the text lives no longer than the parser's document.
    private(set) var password: SHA256Digest?
    private var count: Int?

    /// Of duplicate keys the last wins; unknown ones are ignored.
    init(_ bytes: UnsafeRawBufferPointer, _ parser: inout JSONParser) throws(AdminRefusal) {
        guard !bytes.isEmpty else { return }
        let value: JSONValue
        do throws(JSONError) {
            value = try parser.parse(bytes)
        } catch {
            throw .malformed(error.sentence(about: "body"))
        }
        guard case .object(let object) = value else { throw .malformed("body must be a JSON object") }
        for field in object {
            if field.key.equals("password") {
                guard let text = field.value.text else { throw .malformed("password must be a text") }
                password = SHA256.digest(of: text)
            } else if field.key.equals("count") {
                if case .integer(let number) = field.value { count = Int(number) } else { count = nil }
            }
        }
    }

    func checkedCount() throws(AdminRefusal) -> Int {
        guard let count, Self.counts.contains(count) else {
            throw .malformed("count must be an integer from \(Self.counts.lowerBound) to \(Self.counts.upperBound)")
        }
        return count
    }
}
