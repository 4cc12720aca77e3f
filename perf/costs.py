#!/usr/bin/env python3
"""Counts what one request costs: instructions and heap allocations of the whole process, by valgrind.

Two runs that differ only in the number of requests are compared, so start and stop cancel out. The figures depend on the
binary and the inputs, hardly on how busy the machine is.

    perf/costs.py [--requests 2000]          needs valgrind
"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

# Nobody has to notice that a service stops that was measured.
os.environ["SHUTDOWN_NOTICE_MS"] = "0"
BINARY = pathlib.Path(__file__).resolve().parent.parent / ".build/release/spillway"
PORT = 18081
BODY = json.dumps({
    "customer_name": "Ada Lovelace",
    "items": [{"name": "Widget", "quantity": 2}, {"name": "Gadget", "quantity": 5}]})
# Requests sent at once, as under load: what a commit costs is shared by the orders in it.
PIPELINED = 32


def serve(tool, folder):
    # valgrind 3.19 can't read Swift's debug information.
    binary = pathlib.Path(folder) / "spillway"
    subprocess.run(["strip", "--strip-debug", "-o", binary, BINARY], check=True)
    command = ["valgrind", *tool, binary, "serve", "--embedded", "--host", "127.0.0.1", "--port", str(PORT)]
    command += ["--api-workers", "1", "--worker-count", "1", "--api-threads", "1", "--db-write-lag-ms", "50"]
    # As it is by default: its cost is part of what a request costs.
    command += ["--access-log-file", "server-access.log"]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
            return process
        time.sleep(0.1)
    raise SystemExit("the server did not start under valgrind")


def request(method, path, body):
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return (head + "\r\n" + body).encode()


def send(count, method, path, body=""):
    """Sends the request `count` times over one connection and reads as many answers."""
    with socket.create_connection(("127.0.0.1", PORT)) as client:
        stream = client.makefile("rb")
        for _ in range(count // PIPELINED):
            client.sendall(request(method, path, body) * PIPELINED)
            for _ in range(PIPELINED):
                response = http.client.HTTPResponse(client)
                response.fp = stream
                response.begin()
                response.fp = stream
                size = int(response.headers["Content-Length"])
                assert response.status in (200, 202), response.status
                stream.read(size)
                response.fp = None


def run(tool, pattern, count, method):
    """The figure that valgrind reports for a run with `count` requests."""
    with tempfile.TemporaryDirectory() as folder:
        process = serve(tool, folder)
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        connection.request("POST", "/orders", BODY)
        order = json.load(connection.getresponse())["order_id"]
        connection.close()
        if method == "POST":
            send(count, "POST", "/orders", BODY)
        else:
            send(count, "GET", "/orders/" + order)
        time.sleep(3)
        process.send_signal(signal.SIGTERM)
        _, text = process.communicate(timeout=300)
        return int(re.search(pattern, text)[1].replace(",", ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    count = parser.parse_args().requests // PIPELINED * PIPELINED
    tools = {
        "instructions": (["--tool=callgrind", "--callgrind-out-file=/dev/null"], r"Collected : ([\d,]+)"),
        "allocations": (["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"], r"([\d,]+) allocs"),
    }
    for method in ("POST", "GET"):
        for name, (tool, pattern) in tools.items():
            once, twice = (run(tool, pattern, factor * count, method) for factor in (1, 2))
            print(f"{name} per {method}, all threads: {(twice - once) / count:,.1f}", flush=True)


if __name__ == "__main__":
    main()
