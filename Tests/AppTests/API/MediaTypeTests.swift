import Testing

@testable import API

@Suite struct MediaTypeTests {
    private static func isJSON(_ value: String) -> Bool {
        var value = value
        return value.withUTF8 { MediaType.isJSON(UnsafeRawBufferPointer($0)) }
    }

    @Test(
        "JSON is known in any case, with any parameters, and under other formats",
        arguments: [
            "application/json", "Application/JSON", "application/json;charset=utf-8",
            "application/json ; charset=UTF-8",
            "application/json\t;", "application/problem+json", "application/vnd.api+JSON; v=1", "application/a+b+json",
        ])
    func json(value: String) { #expect(Self.isJSON(value)) }

    @Test(
        "Everything else is no JSON",
        arguments: [
            "", ";", "json", "/json", "text/json", "text/plain", "application", "application/", "application/jso",
            "application/jsonl", "application/json5", "application/x-ndjson", "application/+json",
            "application/json+xml",
            "application/json, text/plain", "xapplication/json", "application /json", "application/json x",
            "application/x-www-form-urlencoded", "multipart/form-data; boundary=application/json",
        ])
    func other(value: String) { #expect(!Self.isJSON(value)) }
}
