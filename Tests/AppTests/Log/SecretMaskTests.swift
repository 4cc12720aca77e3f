import Testing

@testable import Log
@testable import Settings

@Suite struct SecretMaskTests {
    private let mask = SecretMask(["s3cret", "s3cret-too", "abc", "käse/brot"])

    @Test(
        "A secret is taken out wherever it stands, and what is too short to be one stays",
        arguments: [
            ("s3cret", "***"), ("(s3cret)", "(***)"), ("xs3crets3crety", "x******y"), ("no s3cre t", "no s3cre t"),
            ("s3cret-too", "***"), ("käse/brot.", "***."), ("abc", "abc"), ("", ""),
            // Another character to those who read it, and the same bytes.
            ("s3cret\u{301}", "***\u{301}"),
        ])
    func secrets(text: String, masked: String) {
        #expect(mask.masked(text).utf8.elementsEqual(masked.utf8))
    }

    @Test(
        "The password of any URL is taken out",
        arguments: [
            ("redis://ada:pw@host:1/0", "redis://ada:***@host:1/0"), ("redis://:pw@host", "redis://:***@host"),
            (
                "can't reach \"mysql://u:p:w@h/d\": 'amqp://a:b@c'",
                "can't reach \"mysql://u:***@h/d\": 'amqp://a:***@c'"
            ),
            ("mysql://u:p@ss/wo?rd@h/d", "mysql://u:***@h/d"), ("http://host:8080/path", "http://host:8080/path"),
            ("http://ada@host/", "http://ada@host/"), ("a:b@c", "a:b@c"),
            ("redis://h/0?Password=p%20w&x=1", "redis://h/0?Password=***&x=1"),
            ("mysql://a:b@h/d?x=1&pwd=c", "mysql://a:***@h/d?x=1&pwd=***"),
            ("x://a:b@c\ny://d:e@f", "x://a:***@c\ny://d:***@f"),
        ])
    func urls(text: String, masked: String) { #expect(mask.masked(text) == masked) }

    @Test("It knows the passwords of all settings, those in URLs with and without their escapes")
    func settings() {
        let mask = SecretMask(
            SettingReader(
                flags: ["REDIS_URL": "redis://:red%2Fis1@h?password=param1"],
                environment: ["ADMIN_PASSWORD": "admin1", "RABBITMQ_PASSWORD": "rabbit1", "DB_PASS": "maria1"],
                dotEnv: ["DATABASE_URL": "mysql://u:other1@h/d", "ADMIN_PASSWORD": "unused1"]))
        #expect(
            mask.masked("admin1 rabbit1 maria1 red%2Fis1 red/is1 other1 param1 unused1 guest")
                == "*** *** *** *** *** *** *** unused1 guest")
        var shown = ""
        dump(mask, to: &shown)
        #expect(!shown.contains("admin1") && !"\(mask)".contains("admin1"))
    }
}
