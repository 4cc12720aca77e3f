#!/usr/bin/env python3
"""Measures what good clients of the embedded service notice of bad ones.

wrk reads and writes orders over kept connections: alone, beside 10,000 connections that say nothing, and beside 2,000
clients that send a byte a second each (half of them heads, half bodies) and come back whenever they are thrown out. No
request of a good client may fail, and its 99th percentile may at most double. At the end the memory is looked at that
10,000 such slow clients cost.

    perf/hostile.py [--seconds 10] [--rounds 3]          needs wrk
"""
import argparse
import contextlib
import os
import select
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

from suite import client, load, programs, sites

CONNECTIONS = 64
IDLE, SLOW = 10_000, 2_000
HEAD = b"GET /orders HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{"


class Crowd:
    """Many bad clients in one thread; in a process of its own, since this one's descriptors would not do for both."""

    def __init__(self, kind, count, port):
        self.port, self.kind, self.clients, self.thrown_out = port, kind, {}, 0
        self.poll = select.epoll()
        for number in range(count):
            self.connect(number)

    def connect(self, number):
        client = socket.socket()
        # Closes with a reset, which leaves nothing behind that would block the port for a minute.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.connect(("127.0.0.1", self.port))
        client.setblocking(False)
        if self.kind == "slow":
            client.send(HEAD if number % 2 == 0 else BODY)
        self.clients[client.fileno()] = (number, client)
        self.poll.register(client, select.EPOLLIN | select.EPOLLHUP)

    def run(self):
        while True:
            end = time.monotonic() + 1
            if self.kind == "slow":
                # Spread over the second, not all at once.
                batch = max(1, len(self.clients) // 50)
                everybody = list(self.clients.values())
                for start in range(0, len(everybody), batch):
                    for number, client in everybody[start:start + batch]:
                        with contextlib.suppress(OSError):
                            client.send(b"s")
                    self.serve(0.02)
            while time.monotonic() < end:
                self.serve(end - time.monotonic())

    def serve(self, seconds):
        """Whoever has been answered or closed comes back at once."""
        for descriptor, _ in self.poll.poll(max(0, seconds)):
            number, client = self.clients.pop(descriptor)
            client.close()
            self.thrown_out += 1
            self.connect(number)


def be_a_crowd(kind, count, port):
    programs.raise_limit()
    crowd = Crowd(kind, count, port)
    print("here", flush=True)

    def tell(*_):
        print(crowd.thrown_out, flush=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, tell)
    crowd.run()


@contextlib.contextmanager
def crowd(kind, count, port):
    """The clients are connected when the block begins; yields what becomes, at its end, the number of those thrown out."""
    command = ["setpriv", "--pdeathsig", "KILL", sys.executable, __file__, "--crowd", kind, str(count), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if process.stdout.readline().strip() != "here":
        raise SystemExit("the crowd did not get in")
    result = {}
    try:
        yield result
    finally:
        process.send_signal(signal.SIGTERM)
        result["thrown_out"] = int(process.communicate(timeout=60)[0] or 0)


def service(place):
    # With the access log, as it is by default.
    return programs.service(place, ACCESS_LOG_FILE="server-access.log")


def good_clients(port, seconds):
    os.environ["ORDER"] = client.post_order(port)
    return load.wrk(port, "/orders", CONNECTIONS, seconds, "alternate.lua")


def measure(kind, count, seconds):
    with sites.embedded() as place, service(place) as running:
        time.sleep(1)
        idle = running.resident()
        with crowd(kind, count, running.port) if count else contextlib.nullcontext({}) as result:
            time.sleep(2)
            crowded = running.resident()
            row = good_clients(running.port, seconds) if seconds else {}
        return row | {"idle_mib": idle, "crowded_mib": crowded, "thrown_out": result.get("thrown_out", 0)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--crowd", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.crowd:
        return be_a_crowd(arguments.crowd[0], *map(int, arguments.crowd[1:]))
    programs.raise_limit()
    cases = {"alone": ("idle", 0), f"beside {IDLE:,} idle": ("idle", IDLE), f"beside {SLOW:,} slow": ("slow", SLOW)}
    rows = {name: [] for name in cases}
    # By turns, since the machine is another one in a minute.
    for _ in range(arguments.rounds):
        for name, (kind, count) in cases.items():
            rows[name].append(measure(kind, count, arguments.seconds))
    bad = []
    for name, found in rows.items():
        median = lambda key: statistics.median(row[key] for row in found)
        ratio = median("p99") / statistics.median(row["p99"] for row in rows["alone"])
        failed = sum(row["failed"] for row in found)
        print(
            f"{name:20} {median('rate'):9,.0f}/s   p99 {median('p99'):7.1f} ms   ratio {ratio:.2f}   failed {failed}"
            f"   {median('idle_mib'):.0f} -> {median('crowded_mib'):.0f} MiB   thrown out {median('thrown_out'):,.0f}",
            flush=True)
        if failed or ratio > 2:
            bad.append(name)
    memory = measure("slow", IDLE, 0)
    print(f"memory: {memory['idle_mib']:.1f} MiB, with {IDLE:,} slow clients {memory['crowded_mib']:.1f} MiB")
    if bad:
        raise SystemExit("good clients suffer: " + ", ".join(bad))


if __name__ == "__main__":
    main()
