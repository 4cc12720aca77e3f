"""Everything at once: the shoppers of Tests/locustfile.py, who browse, order, look after their orders, and delete some."""
from . import databases, load, programs
from .rounds import Rounds


def on_service(bench, case, site, send, connections):
    with site(bench) as place, programs.service(place) as service:
        result = send(service.port)
        left = result["created"] - result["deleted"]
        # Until nothing more is applied: deletions take some of the orders away again.
        wait_until_still(service.database)
        check(bench, case, databases.count(service.database), left, connections)
        return result | {"resident": service.most_resident()}


def wait_until_still(database):
    before = -1
    while (now := databases.count(database)) != before:
        before = now
        databases.wait_for_orders(database, now + 1, 0.8)


def check(bench, case, there, left, connections):
    """wrk drops what is under way when it ends: creations and deletions."""
    bench.audits.append({"case": case, "accepted": left, "in_database": there})
    if abs(there - left) > connections:
        bench.problem(f"{case}: {there} orders in the database, not {left} (at most {connections} were under way)")


def mixed(bench, case, site, connections=64):
    send = lambda port: load.wrk(port, "/orders", connections, max(2, bench.seconds - 1), "shop.lua")

    def on_yardstick():
        with bench.epoll_limit() as port:
            # It accepts whatever it is asked, and knows no order.
            return send(port)

    rounds = Rounds(bench, case, lambda: on_service(bench, case, site, send, connections), on_yardstick)
    rounds.add_load()
    rounds.add("memory, peak", "MiB", None, "resident", has_yardstick=False)
