package import Orders
package import Reactor

/// A request for one order, as it travels through a loop until it is answered.
package struct OrderQuestion {
    package let id: UUID
    package let token: ResponseToken
    /// If-None-Match.
    package let unless: EntityTags?
    /// The cache couldn't be asked, or not until just now: the answer may be older than what was accepted, and the
    /// client is told so.
    package var isUnsure = false

    package init(id: UUID, token: ResponseToken, unless: EntityTags? = nil) {
        self.id = id
        self.token = token
        self.unless = unless
    }
}
