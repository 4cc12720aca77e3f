package import Orders

/// Under which id a message is remembered as applied.
package enum MessageID: Equatable, Sendable {
    case known(UUID)
    /// The message has none that could be used: that of its first job serves instead, as with the replaced service,
    /// which sends one job a message and no `message_id`.
    case ofContent

    /// Takes the `message_id` of a delivery.
    init(property id: UUID?) {
        self = id.map { .known($0.asMessageID) } ?? .ofContent
    }
}

extension UUID {
    /// The same id if it begins with the time at which it was made, otherwise ``withoutTime``.
    var asMessageID: UUID { version == 7 ? self : withoutTime }

    /// An id made of this one that sorts above all those which begin with a time. So that
    /// ``ForgottenMessages/olderThan(_:)`` goes by age and never takes along what has none.
    var withoutTime: UUID { UUID(high: high | 0xC000_0000_0000_0000, low: low) }

    /// Above all version 7 ids that were made before this time, and below the others.
    static func boundary(millisecondsSince1970 milliseconds: UInt64) -> UUID { UUID(high: milliseconds << 16, low: 0) }

    /// For a message without any readable id. The same bytes get the same id, so that a delivery which is repeated
    /// for ever leaves one row; nothing is applied under it. FNV-1a, in two halves with different starts.
    package init(contentOf bytes: UnsafeRawBufferPointer) {
        var (high, low): (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x8422_2325_cbf2_9ce4)
        for byte in bytes {
            high = (high ^ UInt64(byte)) &* 0x100_0000_01b3
            low = (low ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        // Version 8 is for ids of one's own making.
        self = UUID(high: high & ~0xF000 | 0x8000, low: low & ~(0b11 << 62) | 0b10 << 62).withoutTime
    }
}
