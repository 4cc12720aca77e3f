"""POST: the workers consume and write the database while the load runs, as they do where the service is deployed."""
import time

from . import audit, databases, load, programs
from .figures import at_least, at_most
from .rounds import Rounds
from .workbench import Workbench

DRAIN_LIMIT = 120


def on_service(bench, case, site, send, connections, orders_a_request=1):
    """One round: the load, what of it is in the database when it ends, and how long the rest takes."""
    with site(bench) as place, programs.service(place) as service:
        began = time.monotonic()
        result = send(service.port)
        at_end = databases.count(service.database)
        result["seconds"] = time.monotonic() - began
        accepted = result["accepted"] * orders_a_request
        result["drained"], _ = databases.wait_for_orders(service.database, accepted, DRAIN_LIMIT)
        result |= {
            "orders": accepted, "applied": at_end, "share": at_end / max(1, accepted),
            "resident": service.most_resident(), "orders_rate": result["rate"] * orders_a_request}
        audit.counted(bench, case, service.database, accepted, connections * orders_a_request)
        return result


def posts(bench, case, site, yardstick, connections, seconds=None, script="post.lua", path="/orders", orders_a_request=1):
    send = lambda port: load.wrk(port, path, connections, seconds or bench.seconds, script)

    def on_yardstick():
        with yardstick(bench) as port:
            return send(port)

    return Rounds(
        bench, case, lambda: on_service(bench, case, site, send, connections, orders_a_request), on_yardstick)


def add_database(rounds, share=None, drained=None):
    rounds.add("in database at the end", "", share, "share", has_yardstick=False)
    rounds.add("the rest there after", "s", drained, "drained", has_yardstick=False)
    rounds.add("memory, peak", "MiB", None, "resident", has_yardstick=False)


def embedded(bench, case, connections):
    rounds = posts(bench, case, Workbench.embedded, Workbench.epoll_limit, connections)
    rounds.add_load(at_least(0.7) if connections == 256 else None)
    add_database(rounds)


def cluster(bench, case, connections):
    # Of what is accepted the last 0.3 s can't be in the database: the simulated lag is a larger share of a shorter run.
    seconds = bench.seconds * (2 if connections == 512 else 1)
    rounds = posts(bench, case, Workbench.cluster, Workbench.path_limit, connections, seconds)
    if connections == 512:
        rounds.add_load(at_least(1.1), at_most(1))
        add_database(rounds, at_least(0.9, "value"), at_most(5, "value"))
    else:
        rounds.add_load(at_least(1.0) if connections == 64 else None)
        add_database(rounds)


def cluster_on_maria(bench, case):
    rounds = posts(bench, case, Workbench.cluster_on_maria, Workbench.path_limit, 512, bench.seconds * 2)
    rounds.add_load()
    add_database(rounds, at_least(0.5, "value"))


def batch(bench, case, site, connections=64):
    # One second, since so much is accepted in it that the database needs several for it.
    rounds = posts(
        bench, case, site, Workbench.epoll_limit, connections, 1, "batch.lua", "/orders/batch", orders_a_request=100)
    rounds.add_load()
    rounds.add("orders", "/s", None, "orders_rate", has_yardstick=False)
    add_database(rounds)
