/// All messages of a partition up to one, that one included, are done with.
package struct EmbeddedAcknowledgement: Sendable, Equatable {
    package var partition: Int
    package var throughSequence: Int64

    package init(partition: Int, throughSequence: Int64) {
        self.partition = partition
        self.throughSequence = throughSequence
    }
}
