/// Who is called when a descriptor is ready. Called on the loop's thread.
package protocol EventHandler: AnyObject {
    /// May unregister itself or others; must not close a descriptor that is still registered.
    func descriptorReady(_ ready: Readiness)
}

/// A registered descriptor, as the kernel hands it back in `data.u64`.
///
/// The generation tells registrations of one descriptor number apart: a batch of events can hold one for a descriptor
/// that a handler earlier in the batch has closed, and whose number a new connection has already taken.
package struct Registration: Equatable, Sendable {
    package let descriptor: Int32
    package let generation: UInt32

    var packed: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)) }

    init(descriptor: Int32, generation: UInt32) {
        self.descriptor = descriptor
        self.generation = generation
    }

    init(packed: UInt64) {
        descriptor = Int32(bitPattern: UInt32(truncatingIfNeeded: packed))
        generation = UInt32(truncatingIfNeeded: packed >> 32)
    }
}

/// Handlers indexed by descriptor number, since the kernel keeps those small and dense.
struct SlotTable: ~Copyable {
    private struct Slot {
        var handler: (any EventHandler)?
        var generation: UInt32
    }

    private var slots = ContiguousArray<Slot>()

    /// Registers `handler`, under a generation that this descriptor number has not had before.
    mutating func insert(_ handler: any EventHandler, descriptor: Int32) -> Registration {
        let index = Int(descriptor)
        while slots.count <= index { slots.append(Slot(handler: nil, generation: 0)) }
        precondition(slots[index].handler == nil, "descriptor \(descriptor) is registered already")
        slots[index].generation &+= 1
        slots[index].handler = handler
        return Registration(descriptor: descriptor, generation: slots[index].generation)
    }

    /// The handler, or nil when the registration is over.
    func handler(of registration: Registration) -> (any EventHandler)? {
        let index = Int(registration.descriptor)
        guard index < slots.count, slots[index].generation == registration.generation else { return nil }
        return slots[index].handler
    }

    mutating func remove(_ registration: Registration) {
        precondition(handler(of: registration) != nil, "descriptor \(registration.descriptor) is not registered")
        slots[Int(registration.descriptor)].handler = nil
    }
}
