import Reactor

extension RequestRows {
    private static let host = "Host: a\r\n\r\n"

    private static func line(_ start: String) -> String { start + " HTTP/1.1\r\n" + host }

    static let targets: [RequestRow] = [
        .good("9112 3.2.1", line("GET /a/b"), .get, "/a/b"),
        .good("9112 3.2.1 query", line("GET /a?b=c&d"), .get, "/a", query: "b=c&d"),
        .good("9112 3.2.1 empty query", line("GET /a?"), .get, "/a"),
        .good("3986 3.4 ? in the query", line("GET /a?b?c"), .get, "/a", query: "b?c"),
        .good("3986 3.3 empty segments", line("GET //a//"), .get, "//a//"),
        .good("9112 3.2.1 not decoded", line("GET /%2e%2E/%00"), .get, "/%2e%2E/%00"),
        .good("9112 3.2.1 what browsers send", line("GET /a|{b}?\"^`"), .get, "/a|{b}", query: "\"^`"),
        .good("9112 3.2.1 star inside", line("GET /*"), .get, "/*"),
        .good("9112 3.2.2", line("GET http://a.b:80/c?d=e"), .get, "/c", query: "d=e", form: .absolute),
        .good("9112 3.2.2 no path", line("GET http://a"), .get, "", form: .absolute),
        .good("9112 3.2.2 query only", line("GET https://a?b/c"), .get, "", query: "b/c", form: .absolute),
        .good("3986 3.1 scheme in any case", line("GET HtTp://a/b"), .get, "/b", form: .absolute),
        .good("9112 3.2.2 IPv6", line("GET http://[::1]:80/"), .get, "/", form: .absolute),
        .good("9112 3.2.3", line("CONNECT a.b:443"), .connect, "", form: .authority),
        .good("9112 3.2.3 IPv6", line("CONNECT [::1]:443"), .connect, "", form: .authority),
        .good("9112 3.2.4", line("OPTIONS *"), .options, "*", form: .asterisk),
        .bad("9112 3.2.4 not OPTIONS", line("GET *"), .malformedTarget),
        .bad("9112 3.2.4 more behind the star", line("OPTIONS */"), .malformedTarget),
        .bad("9112 3.2 no form at all", line("GET a/b"), .malformedTarget),
        .bad("9112 3.2 query alone", line("GET ?a"), .malformedTarget),
        .bad("9112 3.2 authority, but not CONNECT", line("GET a.b:443"), .malformedTarget),
        .bad("9112 3.2.3 CONNECT without port", line("CONNECT a.b"), .malformedTarget),
        .bad("9112 3.2.3 CONNECT with empty port", line("CONNECT a.b:"), .malformedTarget),
        .bad("9112 3.2.3 CONNECT without host", line("CONNECT :443"), .malformedTarget),
        .bad("9112 3.2.3 CONNECT to a path", line("CONNECT /a"), .malformedTarget),
        .bad("9112 3.2.2 other scheme", line("GET ftp://a/b"), .malformedTarget),
        .bad("9112 3.2.2 one slash", line("GET http:/a"), .malformedTarget),
        .bad("9112 3.2.2 scheme alone", line("GET http:"), .malformedTarget),
        .bad("9110 4.2.1 empty host", line("GET http:///a"), .malformedTarget),
        .bad("9110 4.2.1 port alone", line("GET http://:80/a"), .malformedTarget),
        .bad("9110 4.2.4 user", line("GET http://u:p@a/b"), .malformedTarget),
        .bad("9112 3.2 fragment", line("GET /a#b"), .malformedTarget),
        .bad("9112 3.2 NUL", line("GET /a\u{0}"), .malformedTarget),
        .bad("9112 3.2 tab", line("GET /a\tb"), .malformedTarget),
        .bad("9112 3.2 DEL", line("GET /a\u{7f}"), .malformedTarget),
        .bad("9112 3.2 not ASCII", line("GET /\u{e9}"), .malformedTarget),
        .bad("9112 3.2 line feed", line("GET /a\n"), .malformedTarget),
        .bad("9112 3.2 blank inside", line("GET /a b"), .malformedRequestLine),
    ]
}
