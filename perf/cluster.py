#!/usr/bin/env python3
"""Measures the service on Redis, RabbitMQ and a database against bare C on the same servers, in the same minutes.

`path_limit` does for each request what every such service must: a SET in Redis and a confirmed publish, nothing else.
Every order that got a 202 is looked for in the database afterwards.

    perf/cluster.py [--seconds 10] [--rounds 3] [--connections 64 256 512]     needs wrk, a C compiler and the servers
"""
import argparse
import contextlib
import os
import pathlib
import re
import resource
import sqlite3
import statistics
import subprocess
import tempfile
import time

import bench
import servers

YARDSTICKS = bench.PERF / "yardsticks"
JOBS_PER_MESSAGE = 256


class SQLite:
    name = "SQLite"

    def __init__(self, folder):
        self.path = f"{folder}/orders.db"
        self.url = "sqlite:///" + self.path

    def orders(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM orders").fetchone()[0]


class MariaDB:
    name = "MariaDB"

    def __init__(self, server):
        self.server = server
        server.query("DROP DATABASE IF EXISTS orders; CREATE DATABASE orders CHARACTER SET utf8mb4")
        self.url = f"mysql://perf:perf@127.0.0.1:{server.port}/orders"

    def orders(self):
        return int(self.server.query("SELECT count(*) FROM orders.orders"))


@contextlib.contextmanager
def service(redis, rabbitmq, database, queue):
    environment = dict(
        os.environ, DB_WRITE_LAG_MS="300", WORKER_COUNT="4", REDIS_URL=f"redis://127.0.0.1:{redis}/0",
        RABBITMQ_HOST="127.0.0.1", RABBITMQ_PORT=str(rabbitmq), RABBITMQ_QUEUE_NAME=queue, DATABASE_URL=database.url,
        RABBITMQ_JOBS_PER_MESSAGE=str(JOBS_PER_MESSAGE), LOG_LEVEL="error", ACCESS_LOG_FILE="")
    command = [bench.BINARY, "serve", "--host", "127.0.0.1", "--port", bench.SERVICE_PORT]
    with tempfile.TemporaryDirectory() as folder:
        with bench.running(command, bench.SERVICE_PORT, cwd=folder, env=environment) as process:
            time.sleep(1)
            yield process


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def post(limit, redis, rabbitmq, database, connections, arguments, queue):
    with bench.running([limit, bench.LIMIT_PORT, JOBS_PER_MESSAGE, redis, rabbitmq], bench.LIMIT_PORT):
        time.sleep(1)
        ceiling = bench.wrk(bench.LIMIT_PORT, "/orders", connections, arguments.seconds, bench.PERF / "post.lua")
    with service(redis, rabbitmq, database, queue) as process:
        began = time.monotonic()
        result = bench.wrk(bench.SERVICE_PORT, "/orders", connections, arguments.seconds, bench.PERF / "post.lua")
        loaded = time.monotonic() - began
        accepted = result["answered"] - result["failed"]
        at_end = database.orders()
        began = time.monotonic()
        while database.orders() < accepted and time.monotonic() < began + 120:
            time.sleep(0.1)
        drained, final = time.monotonic() - began, database.orders()
        memory = bench.resident(process)
    return {
        "rate": result["rate"], "limit": ceiling["rate"], "ratio": result["rate"] / ceiling["rate"],
        "p99": milliseconds(result["p99"]), "limit_p99": milliseconds(ceiling["p99"]), "failed": result["failed"],
        "applied": at_end / loaded, "share": at_end / max(1, accepted), "backlog": max(0, accepted - at_end),
        "drain": drained, "missing": max(0, accepted - final), "memory": memory}


def show(name, rows):
    median = lambda key: statistics.median(row[key] for row in rows)
    ratios = sorted(row["ratio"] for row in rows)
    print(
        f"{name:22} {median('rate'):8,.0f}/s  limit {median('limit'):8,.0f}/s  ratio {median('ratio'):.2f}"
        f" ({ratios[0]:.2f}..{ratios[-1]:.2f})  p99 {median('p99'):.1f} ms, limit's {median('limit_p99'):.1f}"
        f"  into the database {median('applied'):8,.0f}/s ({median('share'):.2f}), backlog {median('backlog'):,.0f}"
        f" drained in {median('drain'):.1f} s  {median('memory'):.0f} MiB", flush=True)
    failed, missing = sum(row["failed"] for row in rows), sum(row["missing"] for row in rows)
    if failed or missing:
        raise SystemExit(f"{name}: {failed} requests failed, {missing} accepted orders are missing")


def get(limit, redis, rabbitmq, database, connections, arguments):
    rows = []
    with service(redis, rabbitmq, database, "reads"):
        path = "/orders/" + bench.post_order()
        for _ in range(arguments.rounds):
            with bench.running([limit, bench.LIMIT_PORT, os.cpu_count()], bench.LIMIT_PORT):
                ceiling = bench.wrk(bench.LIMIT_PORT, path, connections, arguments.seconds)
            # Written again, so that it is in the cache for all of the round.
            path = "/orders/" + bench.post_order()
            result = bench.wrk(bench.SERVICE_PORT, path, connections, arguments.seconds)
            rows.append({
                "rate": result["rate"], "ratio": result["rate"] / ceiling["rate"], "limit": ceiling["rate"],
                "p99": result["p99"], "failed": result["failed"]})
    bench.show(f"GET through Redis -c{connections}", rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="*", default=[64, 256, 512])
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.ExitStack() as stack:
        tools = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path_limit, epoll_limit = tools / "path_limit", tools / "epoll_limit"
        subprocess.run(
            ["cc", "-O2", "-o", path_limit, YARDSTICKS / "path_limit.c", "-lhiredis", "-lrabbitmq", "-lpthread"], check=True)
        subprocess.run(["cc", "-O2", "-o", epoll_limit, YARDSTICKS / "epoll_limit.c", "-lpthread"], check=True)
        redis, rabbitmq = stack.enter_context(servers.redis()), stack.enter_context(servers.rabbitmq())
        run = 0
        for connections in arguments.connections:
            rows = []
            for _ in range(arguments.rounds):
                run += 1
                with tempfile.TemporaryDirectory() as folder:
                    rows.append(post(
                        path_limit, redis, rabbitmq, SQLite(folder), connections, arguments, f"sqlite{run}"))
            show(f"POST, SQLite, -c{connections}", rows)
        for connections in (64, 256):
            with tempfile.TemporaryDirectory() as folder:
                get(epoll_limit, redis, rabbitmq, SQLite(folder), connections, arguments)
        server = stack.enter_context(servers.mariadb())
        rows = []
        for _ in range(arguments.rounds):
            run += 1
            rows.append(post(path_limit, redis, rabbitmq, MariaDB(server), 512, arguments, f"mariadb{run}"))
        show("POST, MariaDB, -c512", rows)


if __name__ == "__main__":
    main()
