import Testing

@testable import API
@testable import Settings

@Suite struct CORSPolicyTests {
    private static func policy(_ text: String?) throws(SettingError) -> CORSPolicy {
        try CORSPolicy(
            SettingReader(flags: [:], environment: ["CORS_ORIGINS": text].compactMapValues { $0 }, dotEnv: [:]))
    }

    private static func origins(_ texts: String...) -> CORSPolicy { .only(texts.compactMap(WebOrigin.init)) }

    @Test("Any page may read where nothing is set, none where nothing is named")
    func ends() throws {
        for text in [nil, "*", " * "] { #expect(try Self.policy(text) == .any) }
        for text in ["", " "] { #expect(try Self.policy(text) == .off) }
    }

    @Test(
        "Origins are kept as browsers write them",
        arguments: [
            ("https://shop.example", "https://shop.example"), ("HTTPS://Shop.Example", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"), ("http://shop.example:80", "http://shop.example"),
            ("http://shop.example:443", "http://shop.example:443"), ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://[2001:DB8::1]", "http://[2001:db8::1]"), ("capacitor://localhost", "capacitor://localhost"),
            ("chrome-extension://abc_def", "chrome-extension://abc_def"),
        ])
    func canonical(text: String, expected: String) throws {
        #expect(WebOrigin(text)?.text == expected)
        #expect(try Self.policy(text) == Self.origins(expected))
    }

    @Test("Several origins have commas between them, and blanks around them don't matter")
    func several() throws {
        let policy = try Self.policy("https://a.example , http://b.example:81,\thttp://c")
        #expect(policy == Self.origins("https://a.example", "http://b.example:81", "http://c"))
    }

    @Test(
        "What is no origin stops the start",
        arguments: [
            "shop.example", "https://", "https:/shop.example", "://shop.example", "https://shop.example/",
            "https://shop.example/a", "https://ada@shop.example", "https://shop.example:", "https://shop.example:0",
            "https://shop.example:65536", "https://shop.example:+80", "https://shop.example:8x", "https://*.example",
            "https://shop example", "https://a.example,", ",", "https://a.example,,http://b", "https://a.example,*",
            "https://a.example;http://b.example", "null", "https://[::1", "https://[]", "https://::1", "1s://a",
            "https://bücher.example", "https://a.example\r\nX: 1", "https://a.example?b", "https://a.example#b",
        ])
    func malformed(text: String) {
        let error = #expect(throws: SettingError.self) { try Self.policy(text) }
        #expect(error?.name == "CORS_ORIGINS" && error?.expected.contains("https://shop.example:8443") == true)
    }
}
