import Reactor

@testable import API
@testable import Orders

/// The embedded description, read.
struct DescribedAPI {
    /// As much of a JSON text as tests ask for.
    indirect enum Node: Equatable {
        case other
        case number(Int)
        case string(String)
        case array([Node])
        case object([String: Node])

        subscript(key: String) -> Node? { if case .object(let members) = self { members[key] } else { nil } }

        subscript(index: Int) -> Node? {
            guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
            return elements[index]
        }

        var string: String? { if case .string(let text) = self { text } else { nil } }
        var number: Int? { if case .number(let number) = self { number } else { nil } }
        var keys: [String] { if case .object(let members) = self { Array(members.keys) } else { [] } }
    }

    private let root: Node

    init() throws { root = try Self.read(APIDescription.json.description) }

    /// Throws when `text` is not a JSON text as RFC 8259 has it.
    static func read(_ text: String) throws -> Node {
        var parser = JSONParser(maximumBytes: 1 << 20)
        return try withGuardedBytes(text.utf8) { (bytes) throws(JSONError) in node(try parser.parse(bytes)) }
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .integer(let number): .number(Int(number))
        case .string(let text): .string(String(decoding: text, as: UTF8.self))
        case .array(let elements): .array(elements.map(node))
        case .object(let fields):
            .object(
                Dictionary(
                    uniqueKeysWithValues: fields.map { (String(decoding: $0.key, as: UTF8.self), node($0.value)) }))
        case .null, .boolean, .otherNumber: .other
        }
    }

    subscript(keys: String...) -> Node? { keys.reduce(root) { node, key in node?[key] } }

    var paths: [String] { self["paths"]?.keys ?? [] }

    /// In lower case.
    func methods(of path: String) -> [String] { (self["paths", path]?.keys ?? []).filter { $0 != "parameters" } }
}
