import Testing

/// The real binary, run as a user runs it: a process, its files, its signals, and sockets on 127.0.0.1.
///
/// One test after the other, because many of them load the machine on purpose. Each has a directory and processes of
/// its own. They wait for conditions, with a deadline: for /ready, for a row count, for the end of a process.
@Suite("The spillway binary", .serialized) enum SystemTests {}
