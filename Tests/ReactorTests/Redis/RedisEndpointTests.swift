import Testing

@testable import Reactor

@Suite("RedisEndpoint")
struct RedisEndpointTests {
    @Test(
        "URLs in every form that is taken, and how they are shown",
        arguments: [
            ("redis://localhost:6379/0", RedisEndpoint(host: "localhost"), "redis://localhost:6379/0"),
            ("redis://localhost", RedisEndpoint(host: "localhost"), "redis://localhost:6379/0"),
            ("redis://", RedisEndpoint(host: "localhost"), "redis://localhost:6379/0"),
            ("redis:///5", RedisEndpoint(host: "localhost", database: 5), "redis://localhost:6379/5"),
            ("REDIS://cache.example:1/", RedisEndpoint(host: "cache.example", port: 1), "redis://cache.example:1/0"),
            ("redis://host:65535/15", RedisEndpoint(host: "host", port: 65535, database: 15), "redis://host:65535/15"),
            ("redis://:pw@host", RedisEndpoint(host: "host", password: "pw"), "redis://:***@host:6379/0"),
            (
                "redis://me:pw@host", RedisEndpoint(host: "host", user: "me", password: "pw"),
                "redis://me:***@host:6379/0"
            ),
            ("redis://@host", RedisEndpoint(host: "host"), "redis://host:6379/0"),
            (
                "redis://a%40b:p%3A%2f%25%20%C3%A9@host/1",
                RedisEndpoint(host: "host", user: "a@b", password: "p:/% é", database: 1), "redis://a@b:***@host:6379/1"
            ),
            ("redis://:a:b@c@host", RedisEndpoint(host: "host", password: "a:b@c"), "redis://:***@host:6379/0"),
            ("redis://:+@host", RedisEndpoint(host: "host", password: "+"), "redis://:***@host:6379/0"),
            ("redis://[::1]:7000/2", RedisEndpoint(host: "::1", port: 7000, database: 2), "redis://[::1]:7000/2"),
            (
                "redis://:pw@[2001:db8::1]", RedisEndpoint(host: "2001:db8::1", password: "pw"),
                "redis://:***@[2001:db8::1]:6379/0"
            ),
            ("rediss://host:6380", RedisEndpoint(host: "host", port: 6380, tls: .system), "rediss://host:6380/0"),
            (
                "rediss://host/3?cafile=/etc/my%20ca.pem",
                RedisEndpoint(host: "host", database: 3, tls: .file("/etc/my ca.pem")),
                "rediss://host:6379/3?cafile=/etc/my ca.pem"
            ),
            (
                "rediss://host?cafile=ca.pem", RedisEndpoint(host: "host", tls: .file("ca.pem")),
                "rediss://host:6379/0?cafile=ca.pem"
            ),
        ])
    func taken(url: String, expected: RedisEndpoint, shown: String) throws {
        let endpoint = try RedisEndpoint(url: url)
        #expect(endpoint == expected)
        #expect(endpoint.description == shown && String(reflecting: endpoint) == shown)
    }

    @Test(
        "URLs that are refused, each with one sentence and never with the secret",
        arguments: [
            ("", "begins with redis://"),
            ("localhost:6379", "begins with redis://"),
            ("redis:host", "begins with redis://"),
            ("http://:hunter2@host", "begins with redis://"),
            ("redis://user@host", "no password"),
            ("redis://user:@host", "no password"),
            ("redis://:hunter2%@host", "broken percent escape"),
            ("redis://:hunter2%zz@host", "broken percent escape"),
            ("redis://:hunter2%ff@host", "broken percent escape"),
            ("redis://:hunter2%00@host", "broken percent escape"),
            ("redis://:hunter2/more@host", "port"),
            ("redis://host:0", "port"),
            ("redis://host:65536", "port"),
            ("redis://host:+1", "port"),
            ("redis://a b", "characters"),
            ("redis://a:b:c", "port"),
            ("redis://[::1", "closing bracket"),
            ("redis://[::1]x", "more than a port"),
            ("redis://[host]", "only an IPv6 address"),
            ("redis://host/x", "database"),
            ("redis://host/-1", "database"),
            ("redis://host/1/2", "database"),
            ("redis://host/99999999999999999999", "database"),
            ("redis://host?cafile=ca.pem", "rediss:// only"),
            ("rediss://host?cafile=", "names no file"),
            ("rediss://host?ssl_cert_reqs=none", "other than cafile"),
            ("redis://host/0#part", "no fragment"),
        ])
    func refused(url: String, part: String) {
        let error = #expect(throws: RedisSetupError.self) { try RedisEndpoint(url: url) }
        #expect(error?.description.contains(part) == true)
        #expect(error?.description.contains("hunter2") == false)
    }
}
