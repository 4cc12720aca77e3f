import Testing

@testable import Queue

@Suite struct PublisherSettingsTests {
    @Test("However large messages may be, enough is sent to fill some; a full one is waited for where it is large")
    func window() {
        for jobsPerMessage in 1...10_000 {
            let settings = PublisherSettings(jobsPerMessage: jobsPerMessage)
            #expect(settings.windowMessages >= 8 && settings.windowMessages * jobsPerMessage > 800)
            #expect(settings.windowJobs == .max || settings.windowJobs <= jobsPerMessage)
        }
        #expect(PublisherSettings(jobsPerMessage: 512).windowJobs < 512)
    }

    @Test("With one job a message their number alone counts")
    func oldForm() {
        let settings = PublisherSettings(jobsPerMessage: 1)
        #expect(settings.admitsMore(than: 1_023, jobs: 1_023, bytes: 1 << 20))
        #expect(!settings.admitsMore(than: 1_024, jobs: 1_024, bytes: 1 << 20))
    }

    @Test(
        "More is sent while there are fewer messages, fewer jobs and fewer bytes under way than allowed",
        arguments: [
            (0, 0, 0, true), (3, 63, 999, true), (4, 4, 4, false), (3, 64, 5, false), (1, 600, 5, false),
            (1, 1, 1_000, false), (5, 65, 1_001, false),
        ])
    func admits(messages: Int, jobs: Int, bytes: Int, expected: Bool) {
        var settings = PublisherSettings(jobsPerMessage: 512)
        (settings.windowMessages, settings.windowJobs, settings.windowBytes) = (4, 64, 1_000)
        #expect(settings.admitsMore(than: messages, jobs: jobs, bytes: bytes) == expected)
    }
}
