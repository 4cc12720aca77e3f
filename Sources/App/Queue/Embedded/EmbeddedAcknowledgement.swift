/// All messages of a partition up to one, that one included, are done with.
struct EmbeddedAcknowledgement: Sendable, Equatable {
    var partition: Int
    var throughSequence: Int64
}
