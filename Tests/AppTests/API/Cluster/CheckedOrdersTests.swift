import Reactor
import Testing

@testable import API
@testable import Orders

@Suite struct CheckedOrdersTests {
    private let start = Deadline(nanoseconds: 1_000_000_000)
    private let version = OrderVersion(number: 7)

    @Test("What was checked isn't checked again for a while, as long as it has that version")
    func life() {
        var checked = CheckedOrders()
        #expect(!checked.contains(testID(1), version, now: start))
        checked.insert(testID(1), version, now: start)
        let last = start.advanced(byMilliseconds: CheckedOrders.milliseconds - 1)
        let end = start.advanced(byMilliseconds: CheckedOrders.milliseconds)
        #expect(checked.contains(testID(1), version, now: start) && checked.contains(testID(1), version, now: last))
        #expect(!checked.contains(testID(1), version, now: end))
        #expect(
            !checked.contains(testID(1), version.next, now: start) && !checked.contains(testID(1), .none, now: start))
        #expect(!checked.contains(testID(2), version, now: start))
    }

    @Test("The last check of an order counts")
    func again() {
        var checked = CheckedOrders()
        let later = start.advanced(byMilliseconds: CheckedOrders.milliseconds)
        checked.insert(testID(1), version, now: start)
        checked.insert(testID(1), version.next, now: later)
        #expect(checked.contains(testID(1), version.next, now: later))
        #expect(!checked.contains(testID(1), version, now: start))
    }

    @Test("However many are checked, only so many are remembered, and the last one always is")
    func bound() {
        var checked = CheckedOrders()
        let count = 2 * CheckedOrders.capacity + 1
        for number in 1...count {
            checked.insert(testID(number), version, now: start)
            #expect(checked.contains(testID(number), version, now: start))
        }
        let remembered = (1...count).count { checked.contains(testID($0), version, now: start) }
        #expect((1...CheckedOrders.capacity).contains(remembered))
    }
}
