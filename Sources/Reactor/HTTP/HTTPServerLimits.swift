/// Every bound of the HTTP server in one place. Times are checked by a coarse sweep, so they may run over by
/// ``sweepIntervalMilliseconds``.
package struct HTTPServerLimits: Sendable {
    package var http = HTTPLimits()
    /// Open connections of one loop; one more gets 503 and is closed.
    package var connections = 65_536
    /// How long a request may take from its first byte to the end of its head; 408 after that.
    package var headTimeoutMilliseconds = 10_000
    /// How long a request may take from the end of its head to the end of its body; 408 after that.
    package var bodyTimeoutMilliseconds = 30_000
    /// A body must come at this rate at least, not counting ``bodyGraceMilliseconds``: 408 when it doesn't. 0 takes
    /// any.
    package var bodyBytesPerSecond = 500
    package var bodyGraceMilliseconds = 5_000
    /// How long a connection may idle between requests. It is closed without a word after that.
    package var idleTimeoutMilliseconds = 75_000
    /// Who has idled for so long is closed when there is no room for somebody new.
    package var idleShortageMilliseconds = 1_000
    /// How long, in a drain, a connection that was accepted just now may take to send its request.
    package var firstRequestMilliseconds = 1_000
    /// How long an answer may make no progress, because the client doesn't read. The connection is closed after that.
    package var writeTimeoutMilliseconds = 30_000
    /// How long a refused client may go on sending, so that it gets to read why. The connection is closed after that.
    package var lingerMilliseconds = 2_000
    package var sweepIntervalMilliseconds = 500
    /// Unanswered requests of one connection; more stay in the kernel until one is answered.
    package var pipelinedRequests = 64
    /// Requests of one connection handled before the others get their turn.
    package var requestsPerTurn = 16
    /// Answers that a client has not read: no more of its requests are taken until it has.
    package var outputBytes = 1 << 20
    /// What a client may leave unread of an answer that is told in pieces; with more its connection is closed. No piece
    /// may be as large.
    package var streamBytes = 128 << 10
    /// What the kernel may hold of an answer that is told in pieces; it doubles that. A client that doesn't read is
    /// found out the sooner.
    package var streamSendBufferBytes = 4 << 10
    /// What all connections of the loop together may hold in unfinished requests and unsent answers. Above that
    /// requests that are not here yet get 503, who doesn't read gets ``crowdedWriteTimeoutMilliseconds``, and above
    /// half as much again every request gets 503.
    package var bufferedBytes = 256 << 20
    package var crowdedWriteTimeoutMilliseconds = 3_000
    /// Bytes read from one connection in one turn.
    package var readBytes = 64 << 10
    /// Pause of accepting when the process is out of descriptors.
    package var acceptPauseMilliseconds = 100
    /// Connections accepted in one turn.
    package var acceptsPerTurn = 256

    package init() {}
}
