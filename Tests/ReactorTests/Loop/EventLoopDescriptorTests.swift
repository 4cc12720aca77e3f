import Glibc
import Testing

@testable import Reactor

@Suite("EventLoop and its descriptors")
struct EventLoopDescriptorTests {
    /// Two pipes that are ready in one batch, and what happens when the first of them is served. Which that is, is the
    /// kernel's choice, so both have the same handler.
    private final class Pair: EventHandler {
        let loop: EventLoop
        let pipes = [TestPipe(), TestPipe()]
        var registrations: [Registration] = []
        var calls = 0
        /// Gets the index of the pipe whose event is still to come, the first time only.
        let onFirst: (Pair, Int) throws -> Void

        init(_ loop: EventLoop, onFirst: @escaping (Pair, Int) throws -> Void) throws {
            self.loop = loop
            self.onFirst = onFirst
            for pipe in pipes { registrations.append(try loop.register(pipe.readEnd, .read, Half(self))) }
            for pipe in pipes { pipe.fill() }
        }

        func descriptorReady(_ ready: Readiness) {}

        fileprivate func served(_ half: Half) {
            calls += 1
            let index = half === halves[0] ? 0 : 1
            pipes[index].empty()
            guard calls == 1 else { return }
            do { try onFirst(self, 1 - index) } catch { Issue.record(error) }
        }

        fileprivate var halves: [Half] = []
    }

    private final class Half: EventHandler {
        private unowned let pair: Pair

        init(_ pair: Pair) {
            self.pair = pair
            pair.halves.append(self)
        }

        func descriptorReady(_ ready: Readiness) { pair.served(self) }
    }

    @Test("a late event of a closed descriptor is dropped when a new one has taken its number")
    func reusedDescriptor() throws {
        let loop = try EventLoop()
        let fresh = TestPipe()
        var freshCalls = 0
        let pair = try Pair(loop) { pair, other in
            let descriptor = pair.pipes[other].readEnd
            loop.unregister(pair.registrations[other])
            // Closes the old pipe's end and gives its number to the new one, with no moment in between in which another
            // thread could take it.
            #expect(dup2(fresh.readEnd, descriptor) == descriptor)
            _ = try loop.register(descriptor, .read, Callback { freshCalls += 1 })
        }
        loop.turnNow()
        #expect(pair.calls == 1)
        #expect(freshCalls == 0, "the event was meant for the descriptor that had the number before")
        loop.turnNow()
        #expect(freshCalls == 0)
        fresh.fill()
        loop.turnNow()
        #expect(freshCalls == 1 && pair.calls == 1)
    }

    @Test("an event is dropped when a handler earlier in the batch has unregistered its descriptor")
    func unregisteredInBatch() throws {
        let loop = try EventLoop()
        let pair = try Pair(loop) { pair, other in loop.unregister(pair.registrations[other]) }
        loop.turnNow()
        loop.turnNow()
        #expect(pair.calls == 1)
    }

    @Test("a handler may unregister itself and register again, under another generation")
    func registersAgain() throws {
        let loop = try EventLoop()
        let pipe = TestPipe()
        var calls: [String] = []
        var first: Registration?
        var second: Registration?
        first = try loop.register(
            pipe.readEnd, .read,
            Callback {
                calls.append("first")
                guard let registration = first else { return }
                loop.unregister(registration)
                second = try? loop.register(pipe.readEnd, .read, Callback { calls.append("second") })
            })
        pipe.fill()
        loop.turnNow()
        loop.turnNow()
        #expect(calls == ["first", "second"])
        #expect(second?.descriptor == first?.descriptor && second?.generation != first?.generation)
    }

    @Test("readiness is told as long as it lasts, for what is asked for and no longer")
    func interest() throws {
        let loop = try EventLoop()
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let near = FileDescriptor(owning: ends[0])
        let far = ends[1]
        let seen = Seen()
        let registration = try loop.register(near.raw, [.read, .write], seen)
        loop.turnNow()
        #expect(seen.take() == [.write])
        loop.setInterest(.read, of: registration)
        loop.turnNow()
        #expect(seen.take() == nil)
        var byte: UInt8 = 1
        #expect(write(far, &byte, 1) == 1)
        loop.turnNow()
        #expect(seen.take() == [.read])
        loop.turnNow()
        #expect(seen.take() == [.read])
        loop.setInterest([], of: registration)
        loop.turnNow()
        #expect(seen.take() == nil)
        close(far)
        loop.turnNow()
        // Not asked for: nothing else would tell that the peer is gone.
        #expect(seen.take()?.isDisjoint(with: .hangUp) == false)
    }

    private final class Seen: EventHandler {
        private var ready: Readiness?

        func descriptorReady(_ ready: Readiness) { self.ready = ready }

        func take() -> Readiness? { ready.take() }
    }

    @Test("more descriptors than one batch of events holds all get their turn")
    func batches() throws {
        let loop = try EventLoop()
        // Two descriptors a pipe would pass the usual limit of 1024 in one process; duplicates of one end do as well.
        let pipe = TestPipe()
        pipe.fill()
        let copies = (0..<300).map { _ in FileDescriptorBox(dup(pipe.readEnd)) }
        var calls = [Int](repeating: 0, count: copies.count)
        for (index, copy) in copies.enumerated() {
            _ = try loop.register(copy.raw, .read, Callback { calls[index] += 1 })
        }
        for _ in 0..<2 { loop.turnNow() }
        #expect(calls.allSatisfy { $0 == 2 })
    }

    private final class FileDescriptorBox {
        let raw: Int32

        init(_ raw: Int32) {
            precondition(raw >= 0, "dup: errno \(errno)")
            self.raw = raw
        }

        deinit { close(raw) }
    }

    @Test("registering what can't be watched throws and leaves the number free for what can")
    func refused() throws {
        let loop = try EventLoop()
        let file = open("/etc/passwd", O_RDONLY | O_CLOEXEC)
        try #require(file >= 0)
        // Regular files have no readiness: EPERM.
        #expect(throws: SystemError(code: EPERM, call: "epoll_ctl")) {
            try loop.register(file, .read, Callback {})
        }
        let pipe = TestPipe()
        pipe.fill()
        #expect(dup2(pipe.readEnd, file) == file)
        defer { close(file) }
        var calls = 0
        _ = try loop.register(file, .read, Callback { calls += 1 })
        loop.turnNow()
        #expect(calls == 1)
    }

    @Test("a registration survives the way through the kernel", arguments: [0, 1, 1023, Int32.max], [1, UInt32.max])
    func packing(descriptor: Int32, generation: UInt32) {
        let registration = Registration(descriptor: descriptor, generation: generation)
        #expect(Registration(packed: registration.packed) == registration)
    }
}
