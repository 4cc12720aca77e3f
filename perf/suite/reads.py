"""GET of one order, from each place where it can be, and of the list."""
import contextlib
import time

from . import client, databases, load, programs
from .figures import at_least
from .rounds import Rounds

# The level that the service counts its reads under, by /metrics, and the settings that keep an order there.
LEVELS = {
    "pending": {"DB_WRITE_LAG_MS": 600_000},
    "cached": {"DB_WRITE_LAG_MS": 0, "TEMP_ORDER_CACHE_TTL": 1, "ORDERS_CACHE_TTL": 3600},
    "database": {"DB_WRITE_LAG_MS": 0, "CACHE_DISABLED": "true"},
}
LIST_SIZE = 1000


@contextlib.contextmanager
def serving_order(bench, site, level):
    """The service, and the path of an order that it has at this level."""
    with site(bench) as place, programs.service(place, **LEVELS[level]) as service:
        path = "/orders/" + client.post_order(service.port)
        if level != "pending":
            databases.wait_for_orders(service.database, 1, 30)
        if level == "cached":
            # Its temporary entry has to expire; the read after that puts it into the cache.
            time.sleep(2.5)
        if not client.is_answered(service.port, path):
            raise SystemExit(f"GET {path} is not 200")
        yield service, path


def reads(bench, case, service, path, connections):
    seconds = max(2, bench.seconds - 1)

    def on_yardstick():
        with bench.epoll_limit() as port:
            return load.wrk(port, path, connections, seconds)

    return Rounds(bench, case, lambda: load.wrk(service.port, path, connections, seconds), on_yardstick)


def order(bench, case, site, level, connections, least=None):
    with serving_order(bench, site, level) as (service, path):
        rounds = reads(bench, case, service, path, connections)
        check_level(bench, case, service, level, rounds)
    rounds.add_load(at_least(least) if least else None)


def check_level(bench, case, service, level, rounds):
    answered = sum(result["accepted"] for result in rounds.service)
    counted = client.metric(service.port, f'spillway_order_reads_total{{level="{level}"}}')
    if counted < 0.99 * answered:
        bench.problem(f"{case}: {answered:,} were read, and {counted:,.0f} of them at the level that was meant")


def page(bench, case, site, query, connections=64):
    """The list of a database that nobody changes: pages come from the cache of pages."""
    with site(bench) as place, programs.service(place, DB_WRITE_LAG_MS=0) as service:
        client.post_orders(service.port, LIST_SIZE)
        databases.wait_for_orders(service.database, LIST_SIZE, 30)
        rounds = reads(bench, case, service, "/orders" + query, connections)
    rounds.add_load()
