package import Reactor

/// The order as a writer read it before its write was committed, to show it with the new status.
package struct OrderBase {
    package var order: UnsafeRawBufferPointer
    /// The JSON string of the status, quotes included, relative to the order's first byte.
    package var status: ByteRange

    package init(order: UnsafeRawBufferPointer, status: ByteRange) {
        self.order = order
        self.status = status
    }
}
