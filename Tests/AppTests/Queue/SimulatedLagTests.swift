import Reactor
import Testing

@testable import Queue

@Suite struct SimulatedLagTests {
    private func at(_ milliseconds: Int) -> Deadline {
        Deadline(nanoseconds: 1 << 40).advanced(byMilliseconds: milliseconds)
    }

    @Test("A batch waits for a lag, and one that waited in full only for the rest of a lag since the last write began")
    func ends() {
        var lag = SimulatedLag(milliseconds: 300)
        #expect(lag.end(takenUp: at(0), waitedFull: false) == at(300))
        lag.writeBegins(now: at(300))
        #expect(lag.end(takenUp: at(390), waitedFull: false) == at(690))
        #expect(lag.end(takenUp: at(390), waitedFull: true) == at(600))
        // Tried again: what was known then counts.
        lag.writeBegins(now: at(500))
        #expect(lag.end(takenUp: at(590), waitedFull: true) == at(800))
    }

    @Test("Without a lag nothing waits")
    func none() {
        var lag = SimulatedLag(milliseconds: 0)
        lag.writeBegins(now: at(10))
        #expect(lag.end(takenUp: at(20), waitedFull: true) <= at(20))
        #expect(lag.end(takenUp: at(20), waitedFull: false) == at(20))
    }
}
