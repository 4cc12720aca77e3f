/// The way between a connection and its peer: a connected TCP socket that doesn't block.
///
/// A connection says what it wants moved and gets a value back; it makes no system call of its own. That is where TLS
/// will be a second case, without the connection knowing.
struct Transport: ~Copyable {
    private let socket: FileDescriptor

    init(_ socket: consuming FileDescriptor) { self.socket = socket }

    /// For the event loop to watch.
    var descriptor: Int32 { socket.raw }

    /// Moves what the peer has sent, as far as it is here, to the front of `room`.
    func read(into room: UnsafeMutableRawBufferPointer) -> TransferResult { Syscall.read(socket.raw, into: room) }

    /// Moves as many of `bytes` as can leave now; never `.ended`.
    func send(_ bytes: UnsafeRawBufferPointer) -> TransferResult { Syscall.send(socket.raw, bytes) }

    /// Tells the peer that nothing more will be sent. What it still sends can be read.
    func shutdownWrite() { Syscall.shutdownWrite(socket.raw) }

    /// Bounds what the system takes for a peer that doesn't read.
    func limitSendBuffer(bytes: Int) { Syscall.limitSendBuffer(socket.raw, bytes: bytes) }
}
