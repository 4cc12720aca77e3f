#!/usr/bin/env python3
"""Measures the embedded service against the bare epoll loop of perf/yardsticks, on the same machine in the same minutes.

Machines are noisy, so each case runs interleaved with its yardstick, several times, and only medians and ratios of one
run mean anything. Every order that got a 202 is looked for in the database afterwards.

    perf/bench.py [--seconds 10] [--rounds 3]          needs wrk and a C compiler
"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time

# Nobody has to notice that a service stops that was measured.
os.environ["SHUTDOWN_NOTICE_MS"] = "0"
PERF = pathlib.Path(__file__).resolve().parent
BINARY = PERF.parent / ".build/release/spillway"
LIMIT_PORT, SERVICE_PORT = 18099, 18080
BODY = json.dumps({"customer_name": "Ada Lovelace", "items": [{"name": "Widget", "quantity": 2}]})


@contextlib.contextmanager
def running(command, port, **options):
    """A server that answers on its port; ended by SIGTERM, and waited for."""
    process = subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL, **options)
    try:
        for _ in range(500):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.01)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def service(folder):
    # Without the access log: the yardsticks write none either.
    return running(
        [BINARY, "serve", "--embedded", "--host", "127.0.0.1", "--port", SERVICE_PORT],
        SERVICE_PORT, cwd=folder,
        env=dict(os.environ, DB_WRITE_LAG_MS="300", WORKER_COUNT="4", ACCESS_LOG_FILE=""))


def yardstick(binary):
    return running([binary, LIMIT_PORT, os.cpu_count()], LIMIT_PORT)


def wrk(port, path, connections, seconds, script=None):
    """Requests a second, how many were answered, those that were not 2xx or failed, and the 99th percentile."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += ["-s", str(script)] if script else []
    text = subprocess.run(
        command + [f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True).stdout
    number = lambda pattern: float((re.search(pattern, text) or [0, "0"])[1])
    errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", text)))
    return {
        "rate": number(r"Requests/sec:\s+([\d.]+)"),
        "answered": int(number(r"(\d+) requests in")),
        "failed": errors + int(number(r"Non-2xx or 3xx responses: (\d+)")),
        "p99": (re.search(r"^ +99% +(\S+)$", text, re.MULTILINE) or [0, "?"])[1],
    }


def orders_in(folder):
    with contextlib.closing(sqlite3.connect(f"file:{folder}/database.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT count(*) FROM orders").fetchone()[0]


def wait_for_orders(folder, wanted, seconds):
    end = time.monotonic() + seconds
    while orders_in(folder) < wanted and time.monotonic() < end:
        time.sleep(0.1)
    return orders_in(folder)


def measure_posts(limit, connections, arguments):
    rows = []
    for _ in range(arguments.rounds):
        with yardstick(limit):
            ceiling = wrk(LIMIT_PORT, "/orders", connections, arguments.seconds, PERF / "post.lua")
        with tempfile.TemporaryDirectory() as folder, service(folder) as process:
            result = wrk(SERVICE_PORT, "/orders", connections, arguments.seconds, PERF / "post.lua")
            accepted = result["answered"] - result["failed"]
            time.sleep(2)
            after_two_seconds = orders_in(folder)
            began = time.monotonic()
            # wrk drops the answers that are under way when it ends, so a few more may have been accepted.
            final = wait_for_orders(folder, accepted, 60)
            rows.append({
                "rate": result["rate"], "ratio": result["rate"] / ceiling["rate"], "limit": ceiling["rate"],
                "p99": result["p99"], "failed": result["failed"], "missing": max(0, accepted - final),
                "in_database_after_2s": min(1, after_two_seconds / max(1, accepted)),
                "drain_seconds": 2 + time.monotonic() - began if after_two_seconds < accepted else 2,
                "resident_mib": resident(process),
            })
    return rows


def post_order():
    connection = http.client.HTTPConnection("127.0.0.1", SERVICE_PORT)
    connection.request("POST", "/orders", BODY)
    return json.load(connection.getresponse())["order_id"]


def measure_reads(limit, connections, arguments):
    rows = []
    with tempfile.TemporaryDirectory() as folder, service(folder):
        for _ in range(arguments.rounds):
            path = "/orders/" + post_order()
            with yardstick(limit):
                ceiling = wrk(LIMIT_PORT, path, connections, arguments.seconds)
            result = wrk(SERVICE_PORT, path, connections, arguments.seconds)
            rows.append({
                "rate": result["rate"], "ratio": result["rate"] / ceiling["rate"], "limit": ceiling["rate"],
                "p99": result["p99"], "failed": result["failed"]})
    return rows


def resident(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def measure_memory():
    with tempfile.TemporaryDirectory() as folder, service(folder) as process:
        time.sleep(1)
        idle = resident(process)
        clients = [socket.create_connection(("127.0.0.1", SERVICE_PORT)) for _ in range(10_000)]
        for client in clients:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        for client in clients:
            client.recv(4096)
        time.sleep(2)
        crowded = resident(process)
        for client in clients:
            client.close()
    return idle, crowded


def show(name, rows):
    median = lambda key: statistics.median(row[key] for row in rows)
    ratios = sorted(row["ratio"] for row in rows)
    line = f"{name:22} {median('rate'):9,.0f}/s   limit {median('limit'):9,.0f}/s   ratio {median('ratio'):.2f}"
    line += f" ({ratios[0]:.2f}..{ratios[-1]:.2f})   p99 {sorted(row['p99'] for row in rows)[len(rows) // 2]}"
    if "missing" in rows[0]:
        line += f"   in database 2 s later {median('in_database_after_2s'):.3f}, drained after {median('drain_seconds'):.1f} s"
        line += f"   {median('resident_mib'):.0f} MiB"
    print(line, flush=True)
    failed, missing = sum(row["failed"] for row in rows), sum(row.get("missing", 0) for row in rows)
    if failed or missing:
        raise SystemExit(f"{name}: {failed} requests failed, {missing} accepted orders are missing")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as tools:
        limit = pathlib.Path(tools) / "epoll_limit"
        subprocess.run(["cc", "-O2", "-o", limit, PERF / "yardsticks/epoll_limit.c", "-lpthread"], check=True)
        for connections in (64, 256):
            show(f"POST embedded -c{connections}", measure_posts(limit, connections, arguments))
        for connections in (64, 256):
            show(f"GET from memory -c{connections}", measure_reads(limit, connections, arguments))
    idle, crowded = measure_memory()
    print(f"memory: idle {idle:.1f} MiB, with 10,000 idle connections {crowded:.1f} MiB")


if __name__ == "__main__":
    main()
