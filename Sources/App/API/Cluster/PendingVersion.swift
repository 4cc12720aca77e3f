import Orders

/// What Redis knows of the newest state of an order: see ``RedisKey/Prefix/pendingVersion``.
struct PendingVersion: Equatable {
    /// The letters are those of the key's value.
    private enum Kind: UInt8 {
        case updating = 0x75  // u
        case deleting = 0x64  // d
        case applied = 0x61  // a
        case over = 0x6F  // o
    }

    let version: OrderVersion
    /// nil without a version beside the order.
    private let kind: Kind?

    /// `value` is empty where there is none.
    init(_ value: UnsafeRawBufferPointer, of id: UUID) {
        let length = OrderVersion.hexLength
        guard value.count == length + 1, let kind = Kind(rawValue: value[length]),
            let version = OrderVersion(hex: UnsafeRawBufferPointer(rebasing: value[..<length]))
        else {
            self.version = OrderVersion(ofCreation: id)
            kind = nil
            return
        }
        self.version = version
        self.kind = kind
    }

    /// Redis has no version beside the order: if it shows one, that is the order as it was created.
    var isCreation: Bool { kind == nil }
    var isDeleting: Bool { kind == .deleting }
    /// Nothing is pending up to the version.
    var isSettled: Bool { kind == .applied || kind == .over }
    /// The database had exactly this state, so what Redis shows of the order is as good as what was read of it.
    var isApplied: Bool { kind == .applied }
}
