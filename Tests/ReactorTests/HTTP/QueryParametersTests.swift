import Reactor
import Testing

@Suite("QueryParameters")
struct QueryParametersTests {
    @Test(
        "a query falls into names and values, still encoded",
        arguments: [
            ("", []), ("&&", []), ("a=b", ["a|b"]), ("a", ["a|"]), ("a=", ["a|"]), ("=b", ["|b"]), ("=", ["|"]),
            ("a=b&c=d", ["a|b", "c|d"]), ("&a=b&&c", ["a|b", "c|"]), ("a=b=c", ["a|b=c"]),
            ("a%3Db=c%26", ["a%3Db|c%26"]),
            ("a;b=c", ["a;b|c"]), ("a=1&a=2", ["a|1", "a|2"]),
        ])
    func pairs(query: String, expected: [String]) {
        let target = Array(("/?" + query).utf8)
        let memory = GuardedMemory(capacity: target.count)
        let bytes = UnsafeRawBufferPointer(memory.place(target))
        var parameters = QueryParameters(ByteRange(start: 2, count: query.utf8.count))
        var found: [String] = []
        while let (name, value) = parameters.next(in: bytes) {
            found.append(
                String(decoding: name.of(bytes), as: UTF8.self) + "|" + String(decoding: value.of(bytes), as: UTF8.self)
            )
        }
        #expect(found == expected)
    }
}
