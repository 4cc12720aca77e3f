import Testing

@testable import Reactor

@Suite("EventLoop and its thread")
struct EventLoopThreadTests {
    /// Only for a test in which another thread does what it must not.
    private struct Smuggled: @unchecked Sendable {
        let loop: EventLoop
    }

    private final class Handler: EventHandler, TimerHandler, DeferredTask {
        func descriptorReady(_ ready: Readiness) {}
        func timerFired(_ timer: TimerID) {}
        func runDeferred() {}
    }

    @Test("Another thread that uses a loop stops the process, instead of breaking it now and then")
    func strangers() async {
        await #expect(processExitsWith: .failure) { try Self.use { _ = try $0.register(0, .read, Handler()) } }
        await #expect(processExitsWith: .failure) { try Self.use { $0.schedule(afterMilliseconds: 1, Handler()) } }
        await #expect(processExitsWith: .failure) { try Self.use { $0.runLater(Handler()) } }
        await #expect(processExitsWith: .failure) { try Self.use { $0.stop() } }
        await #expect(processExitsWith: .failure) { try Self.use { $0.turn(longestWaitMilliseconds: 0) } }
        await #expect(processExitsWith: .success) { try Self.use { _ = $0.now } }
    }

    private static func use(_ action: @escaping @Sendable (EventLoop) throws -> Void) throws {
        let smuggled = Smuggled(loop: try EventLoop())
        Reactor.Thread(name: "stranger") { try? action(smuggled.loop) }.join()
    }
}
