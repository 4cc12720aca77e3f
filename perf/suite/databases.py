"""The orders databases as the measuring looks at them: how many orders are there, and which."""
import contextlib
import pathlib
import sqlite3
import time

TOTAL = "SELECT count(*) FROM orders"
# Every order that wrk posts has two items.
ODD = "SELECT count(*) FROM (SELECT order_id FROM order_items GROUP BY order_id HAVING count(*) <> 2) odd"
ITEMS = "SELECT count(*) FROM order_items"
ORDERS = "SELECT id, customer_name FROM orders"
QUANTITIES = "SELECT order_id, item_name, quantity FROM order_items"


class SQLite:
    name = "SQLite"

    def __init__(self, path):
        self.path = path
        self.url = "sqlite:///" + path

    def rows(self, sql):
        # Before the service has made the tables there is nothing.
        if not pathlib.Path(self.path).exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=60)) as database:
            return database.execute(sql).fetchall()

    def forget(self):
        """Goes with its folder."""


class MariaDB:
    name = "MariaDB"

    def __init__(self, server):
        self.server = server
        self.url = f"mysql://perf:perf@127.0.0.1:{server.port}/orders"
        server.query("DROP DATABASE IF EXISTS orders; CREATE DATABASE orders CHARACTER SET utf8mb4")

    def rows(self, sql):
        text = self.server.query("USE orders; " + sql)
        return [[int(cell) if cell.isdigit() else cell for cell in line.split("\t")] for line in text.splitlines()]

    def forget(self):
        self.server.query("DROP DATABASE orders")


def count(database, sql=TOTAL):
    rows = database.rows(sql)
    return rows[0][0] if rows else 0


def wait_for_orders(database, wanted, seconds):
    """Seconds until so many are there, and how many there are then; asks seldom where asking takes long."""
    began = time.monotonic()
    while True:
        asked = time.monotonic()
        there = count(database)
        if there >= wanted or asked - began > seconds:
            return asked - began, there
        time.sleep(max(0.05, 2 * (time.monotonic() - asked)))
