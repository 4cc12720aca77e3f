package import Reactor

/// The order as a writer read it before its write was committed, to show it with the new status.
package struct OrderBase {
    package var order: UnsafeRawBufferPointer
    /// The JSON string of the status, quotes included, relative to the order's first byte.
    package var status: ByteRange
    /// From the cache that showed the order. When an order vanished in between, perhaps this one, the base is not
    /// trusted and the database is asked instead: else an update that crosses a delete would show the order again.
    package var stamp: UInt32

    package init(order: UnsafeRawBufferPointer, status: ByteRange, stamp: UInt32) {
        self.order = order
        self.status = status
        self.stamp = stamp
    }
}
