import Reactor
import Testing

/// One request and what must come of it, with the section of the specification that says so.
struct RequestRow: Sendable, CustomTestStringConvertible {
    /// What a handler would see of a request.
    struct Seen: Equatable, Sendable {
        var method: HTTPMethod
        var path: String
        var query = ""
        var form = RequestHead.TargetForm.origin
        var minorVersion: UInt8 = 1
        var keepAlive = true
        var expectsContinue = false
        var body = ""
    }

    enum Outcome: Equatable, Sendable {
        case request(Seen)
        case rejected(HTTPRejection)
        case needMore
    }

    let section: String
    let input: [UInt8]
    let expected: Outcome
    let limits: HTTPLimits

    private init(_ section: String, _ input: String, _ expected: Outcome, _ limits: HTTPLimits) {
        self.section = section
        self.input = Array(input.utf8)
        self.expected = expected
        self.limits = limits
    }

    static func good(
        _ section: String, _ input: String, _ method: HTTPMethod, _ path: String, query: String = "",
        form: RequestHead.TargetForm = .origin, minorVersion: UInt8 = 1, keepAlive: Bool = true,
        expectsContinue: Bool = false, body: String = "", limits: HTTPLimits = HTTPLimits()
    ) -> RequestRow {
        let seen = Seen(
            method: method, path: path, query: query, form: form, minorVersion: minorVersion, keepAlive: keepAlive,
            expectsContinue: expectsContinue, body: body)
        return RequestRow(section, input, .request(seen), limits)
    }

    static func bad(
        _ section: String, _ input: String, _ rejection: HTTPRejection, limits: HTTPLimits = HTTPLimits()
    ) -> RequestRow {
        RequestRow(section, input, .rejected(rejection), limits)
    }

    static func unfinished(_ section: String, _ input: String, limits: HTTPLimits = HTTPLimits()) -> RequestRow {
        RequestRow(section, input, .needMore, limits)
    }

    var testDescription: String {
        let text = String(decoding: input.prefix(90), as: UTF8.self).debugDescription
        return "\(section) \(text)\(input.count > 90 ? "…" : "")"
    }

    /// A GET with further header lines, each given with its line end.
    static func get(_ lines: String) -> String { "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n" }

    /// A request for `target`, without a body.
    static func of(_ method: String, _ target: String) -> String {
        "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    /// A POST with further header lines and a body.
    static func post(_ lines: String, _ body: String = "") -> String {
        "POST /o HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\(body)"
    }

    static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }
}
