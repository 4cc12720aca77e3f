import Testing

@testable import App

@Suite struct ReconnectDelayTests {
    @Test("Delays double from 100 ms to 2 s, each less up to a half, and begin again after a success")
    func delays() {
        for _ in 0..<50 {
            var delay = ReconnectDelay()
            for most in [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000] {
                #expect((most / 2...most).contains(delay.nextMilliseconds()))
            }
            delay.reset()
            #expect((50...100).contains(delay.nextMilliseconds()))
        }
    }
}
