import Reactor

/// The defaults are those of the server itself.
package struct HTTPSettingGroup: SettingGroup {
    package static let title = "HTTP limits"

    package let maxConnections = IntegerSetting(
        SettingFacts(
            "MAX_CONNECTIONS",
            "Open connections of the process; without room the one that has idled longest gives way, or else a new "
                + "one gets 503."),
        in: 1...1_000_000, default: HTTPServerLimits().connections)
    package let maxPipelinedRequests = IntegerSetting(
        SettingFacts("MAX_PIPELINED_REQUESTS", "Unanswered requests of one connection; more wait unread."),
        in: 1...10_000, default: HTTPServerLimits().pipelinedRequests)
    package let maxBufferedBytes = IntegerSetting(
        SettingFacts(
            "MAX_BUFFERED_BYTES",
            "Bytes of unfinished requests and unread answers of all connections; above that new requests get 503."),
        in: 1...1 << 40, unit: "bytes", default: HTTPServerLimits().bufferedBytes)
    package let maxRequestLineBytes = IntegerSetting(
        SettingFacts("MAX_REQUEST_LINE_BYTES", "Bytes of a request line; more is 414."),
        in: 64...65_536, unit: "bytes", default: HTTPLimits().requestLineBytes)
    package let maxHeadBytes = IntegerSetting(
        SettingFacts("MAX_HEAD_BYTES", "Bytes of a request's head; more is 431."),
        in: 128...1 << 20, unit: "bytes", default: HTTPLimits().headBytes)
    package let maxBodyBytes = IntegerSetting(
        SettingFacts("MAX_BODY_BYTES", "Bytes of a request's body; more is 413."),
        in: 1...64 << 20, unit: "bytes", default: HTTPLimits().bodyBytes)
    package let headTimeout = timeout(
        "HEAD_TIMEOUT_MS", "Milliseconds for a request's head, then 408.",
        default: HTTPServerLimits().headTimeoutMilliseconds)
    package let bodyTimeout = timeout(
        "BODY_TIMEOUT_MS", "Milliseconds for a request's body, then 408.",
        default: HTTPServerLimits().bodyTimeoutMilliseconds)
    package let minBodyBytesPerSecond = IntegerSetting(
        SettingFacts(
            "MIN_BODY_BYTES_PER_SECOND",
            "Slowest rate of a body after five seconds, in bytes per second, then 408; 0 takes any."),
        in: 0...1 << 30, unit: "bytes", default: HTTPServerLimits().bodyBytesPerSecond)
    package let idleTimeout = timeout(
        "IDLE_TIMEOUT_MS", "Milliseconds between requests, then the connection is closed.",
        default: HTTPServerLimits().idleTimeoutMilliseconds)
    package let writeTimeout = timeout(
        "WRITE_TIMEOUT_MS", "Milliseconds without progress of an answer, then the connection is closed.",
        default: HTTPServerLimits().writeTimeoutMilliseconds)

    private static func timeout(_ name: String, _ meaning: String, default fallback: Int) -> IntegerSetting {
        IntegerSetting(SettingFacts(name, meaning), in: 1...86_400_000, unit: "milliseconds", default: fallback)
    }

    package init() {}
}
