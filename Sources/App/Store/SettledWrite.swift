package import Orders

/// What a cache has to know of a write that is over: applied, set aside, or older than what is there.
///
/// However often and late a cache is told, it may only end what is pending up to this version.
package struct SettledWrite: Equatable, Sendable {
    package var orderID: UUID
    /// Nothing of the order is pending up to this one.
    package var version: OrderVersion
    /// The database has the order with exactly this state. Otherwise it has another one, or no such order.
    package var isShown: Bool

    package init(orderID: UUID, version: OrderVersion, isShown: Bool) {
        self.orderID = orderID
        self.version = version
        self.isShown = isShown
    }

    /// The order is there as it was created.
    package var isCreation: Bool { isShown && version == OrderVersion(ofCreation: orderID) }
}
