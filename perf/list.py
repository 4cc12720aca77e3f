#!/usr/bin/env python3
"""Measures pages of GET /orders from a large database, each read anew: the service runs with CACHE_DISABLED=true.

What is timed is a whole request on one connection, one after the other. Fill the database with perf/fill.py. Machines are
noisy: compare medians.

    perf/list.py sqlite:////big/orders.db [--requests 300] [--cold]
    perf/list.py mysql://user:password@127.0.0.1:3306/orders
"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

import fill

PORT = 18070
FREQUENT, RARE = fill.STATUSES[0][0], fill.STATUSES[-1][0]


@contextlib.contextmanager
def service(url, binary):
    # Only the API: the queue that can't be reached is not asked for anything.
    environment = dict(
        os.environ, DATABASE_URL=url, CACHE_DISABLED="true", RABBITMQ_HOST="127.0.0.1", RABBITMQ_PORT="9", LOG_LEVEL="error",
        ACCESS_LOG_FILE="")
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [binary, "api", "--host", "127.0.0.1", "--port", str(PORT)], cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


class Client:
    def __init__(self, process, seconds=3600):
        """Waits until the list can be read: the tables may have to be completed first."""
        end = time.monotonic() + seconds
        while True:
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the service did not start")
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
                if self.get("/orders?limit=1")[0] == 200:
                    return
            time.sleep(0.1)

    def get(self, path):
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def page(self, path):
        """Seconds, and the page."""
        began = time.perf_counter()
        status, body = self.get(path)
        seconds = time.perf_counter() - began
        if status != 200:
            raise SystemExit(f"{path}: {status} {body.decode()}")
        return seconds, json.loads(body)


def forget(url):
    """Drops the pages of a SQLite file from the system's cache."""
    for end in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError), open(url.removeprefix("sqlite:///") + end, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(client, name, make_path, requests, before=lambda: None):
    before()
    for _ in range(3):
        client.page(make_path())
    times, orders = [], []
    for _ in range(requests):
        seconds, page = client.page(make_path())
        times.append(seconds * 1000)
        orders.append(len(page["orders"]))
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{name:42} median {statistics.median(times):7.2f} ms   p90 {cuts[89]:7.2f}   p99 {cuts[98]:7.2f}"
        f"   orders {statistics.mean(orders):5.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--cold", action="store_true", help="SQLite: with the file dropped from the system's cache before each case")
    parser.add_argument("--binary", type=pathlib.Path, default=fill.BINARY)
    arguments = parser.parse_args()
    before = (lambda: forget(arguments.url)) if arguments.cold else (lambda: None)
    random.seed(1)
    with service(arguments.url, arguments.binary) as process:
        began = time.monotonic()
        client = Client(process)
        print(f"ready after {time.monotonic() - began:.1f} s")
        _, first = client.page("/orders?limit=1")
        newest = int(first["next"])
        print(f"{first['total_orders']:,} orders, pages of {arguments.limit}")
        limit = f"/orders?limit={arguments.limit}"
        # Opaque to clients; here it is known that they are positions.
        cursor = lambda: f"&after={random.randint(1, newest)}"
        deep = lambda: f"&after={random.randint(1, newest // 10)}"
        cases = [
            ("first page", lambda: limit),
            ("page after a random cursor", lambda: limit + cursor()),
            (f"first page of a frequent status ({FREQUENT})", lambda: f"{limit}&status={FREQUENT}"),
            (f"first page of a rare status ({RARE})", lambda: f"{limit}&status={RARE}"),
            ("frequent status after a random cursor", lambda: f"{limit}&status={FREQUENT}{cursor()}"),
            ("rare status after a random cursor", lambda: f"{limit}&status={RARE}{cursor()}"),
            ("rare status, the oldest tenth", lambda: f"{limit}&status={RARE}{deep()}"),
            ("a status that no order has", lambda: f"{limit}&status=nowhere{cursor()}"),
        ]
        for name, make_path in cases:
            measure(client, name, make_path, arguments.requests, before)


if __name__ == "__main__":
    main()
