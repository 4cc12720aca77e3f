#!/usr/bin/env python3
"""Fills an empty orders database with many orders, about two items each, for measuring at a size that matters.

The service makes the tables; the rows come by plain SQL, in the order of their ids, which are UUIDv7.

    perf/fill.py sqlite:////big/orders.db [--orders 10000000]
    perf/fill.py mysql://user:password@127.0.0.1:3306/orders
"""
import argparse
import contextlib
import os
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse

from suite.programs import BINARY

# Nobody has to notice that a service stops that was measured.
os.environ["SHUTDOWN_NOTICE_MS"] = "0"
CHUNK = 200_000
FIRST_MILLISECONDS = 1_700_000_000_000
# Of a thousand orders; the last one is the rare one.
STATUSES = [("delivered", 600), ("shipped", 250), ("received", 100), ("cancelled", 49), ("refunded", 1)]
NAMES = ["Ada Lovelace", "Grace Hopper", "Zoë Washburne", "Mary Jackson", "Katherine Johnson", "Hedy Lamarr", "Joan Clarke"]
ITEMS = ["Widget", "Green tea, 250 g", "Notebook A5", "Café filter", "Garden hose 20 m"]


def status(random):
    cases, limit = "", 0
    for name, share in STATUSES:
        limit += share
        cases += f" WHEN {random} < {limit} THEN '{name}'"
    return f"CASE{cases} END"


def choice(random, texts):
    return f"CASE {random}" + "".join(f" WHEN {index} THEN '{text}'" for index, text in enumerate(texts)) + " END"


class SQLite:
    def __init__(self, url):
        self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        self.connection.execute("PRAGMA busy_timeout=60000")

    def tune(self):
        self.connection.executescript(
            "PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000; PRAGMA wal_autocheckpoint=100000; PRAGMA foreign_keys=OFF")

    def has_tables(self):
        tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'order_counter'"
        return self.connection.execute(tables).fetchone()[0] and self.value("SELECT count(*) FROM order_counter")

    def value(self, sql):
        return self.connection.execute(sql).fetchone()[0]

    def add(self, first, last):
        run = self.connection.execute
        # The same for each case of the status, which random() would not be.
        scattered = "((s.n * 2654435761 & 4294967295) >> 8) % 1000"
        run("BEGIN IMMEDIATE")
        run(f"""
            INSERT INTO orders (id, customer_name, status)
            WITH RECURSIVE s (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last})
            SELECT printf('%08x-%04x-7%03x-%04x-%012x', ({FIRST_MILLISECONDS} + n) >> 16, ({FIRST_MILLISECONDS} + n) & 65535,
                abs(random() % 4096), 32768 + abs(random() % 16384), abs(random() % (1 << 48))),
                {choice(f"n % {len(NAMES)}", NAMES)}, {status(scattered)} FROM s""")
        run(f"""
            INSERT INTO order_items (order_id, item_name, quantity)
            SELECT o.id, {choice(f"(o.rowid + k.k) % {len(ITEMS)}", ITEMS)}, 1 + o.rowid % 9
            FROM orders o JOIN (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3) k ON k.k <= 1 + o.rowid % 3
            WHERE o.rowid BETWEEN {first} AND {last} ORDER BY o.rowid, k.k""")
        run(f"UPDATE order_counter SET total = total + {last - first + 1}")
        run("COMMIT")


class MariaDB:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.database = parts.path[1:]
        self.command = [
            "mariadb", "--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4",
            f"--host={parts.hostname}", f"--port={parts.port or 3306}", f"--user={urllib.parse.unquote(parts.username)}",
            f"--password={urllib.parse.unquote(parts.password)}", self.database]

    def run(self, sql):
        return subprocess.run(self.command, input=sql, check=True, capture_output=True, text=True).stdout.strip()

    def tune(self):
        pass

    def value(self, sql):
        return int(self.run(sql))

    def has_tables(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            return self.value("SELECT count(*) FROM order_counter") == 1

    def add(self, first, last):
        hex_id = (
            f"LOWER(CONCAT(LPAD(HEX(({FIRST_MILLISECONDS} + n.seq) >> 16), 8, '0'), '-',"
            f" LPAD(HEX(({FIRST_MILLISECONDS} + n.seq) & 65535), 4, '0'), '-7', SUBSTR(MD5(n.seq), 1, 3), '-8',"
            " SUBSTR(MD5(n.seq), 4, 3), '-', SUBSTR(MD5(n.seq), 7, 12)))")
        self.run(f"""
            SET unique_checks = 0, foreign_key_checks = 0;
            BEGIN;
            INSERT INTO orders (id, customer_name, status) SELECT {hex_id}, {choice(f"n.seq % {len(NAMES)}", NAMES)},
                {status("(CRC32(CONCAT('s', n.seq)) % 1000)")} FROM seq_{first}_to_{last} n ORDER BY n.seq;
            INSERT INTO order_items (order_id, item_name, quantity)
                SELECT {hex_id}, {choice(f"(n.seq + k.seq) % {len(ITEMS)}", ITEMS)}, 1 + n.seq % 9
                FROM seq_{first}_to_{last} n JOIN seq_1_to_3 k ON k.seq <= 1 + n.seq % 3 ORDER BY n.seq, k.seq;
            UPDATE order_counter SET total = total + {last - first + 1};
            COMMIT;""")


def open_database(url):
    return SQLite(url) if url.startswith("sqlite:") else MariaDB(url)


def make_tables(url, binary, database):
    environment = dict(os.environ, DATABASE_URL=url, CACHE_DISABLED="true", RABBITMQ_HOST="127.0.0.1", RABBITMQ_PORT="9")
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "api", "--host", "127.0.0.1", "--port", "0"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        try:
            while not database.has_tables():
                if process.poll() is not None:
                    raise SystemExit("the service did not start")
                time.sleep(0.1)
        finally:
            process.terminate()
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--binary", default=BINARY)
    arguments = parser.parse_args()
    database = open_database(arguments.url)
    if not database.has_tables():
        make_tables(arguments.url, arguments.binary, database)
    database.tune()
    there = database.value("SELECT total FROM order_counter")
    began = time.monotonic()
    for first in range(there + 1, arguments.orders + 1, CHUNK):
        last = min(first + CHUNK - 1, arguments.orders)
        database.add(first, last)
        rate = (last - there) / (time.monotonic() - began)
        print(f"\r{last:,} orders, {rate:,.0f} a second", end="", flush=True)
    print()


if __name__ == "__main__":
    main()
