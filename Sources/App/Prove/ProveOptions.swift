/// What `spillway prove` is asked to do.
package struct ProveOptions: Sendable {
    /// At least one; requests go to one after the other.
    package var urls: [ProveURL]
    package var seconds = 60
    package var clients = 16
    /// How long it waits in the end until all is applied and shown, in seconds.
    package var settleSeconds = 60
    /// nil: the journal is not kept.
    package var journalPath: String?

    package init(urls: [ProveURL]) { self.urls = urls }

    package static let secondsRange = 1...86_400
    package static let clientsRange = 1...1_000
    package static let settleRange = 0...86_400
}
