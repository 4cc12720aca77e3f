"""A backlog that is in the queue already, brought into the database by `spillway worker`, its start included."""
from . import client, databases, programs

ORDERS = 100_000
LIMIT = 120


def drained(bench, case, site, lag, orders):
    """Orders a second."""
    with site(bench) as place:
        with programs.service(place, "api") as api:
            client.post_orders(api.port, orders)
        with programs.service(place, "worker", DB_WRITE_LAG_MS=lag) as worker:
            seconds, there = databases.wait_for_orders(worker.database, orders, LIMIT)
        if there != orders:
            bench.problem(f"{case}: {there} orders in the database, not {orders}")
        bench.audits.append({"case": case, "accepted": orders, "in_database": there})
        return orders / seconds


def drain(bench, case, site, lag):
    rates = []
    for number in range(bench.rounds):
        rates.append(drained(bench, case, site, lag, ORDERS))
        bench.progress(f"{case}, round {number + 1}: {rates[-1]:,.0f} orders/s")
    bench.raw[case] = {"service": [{"rate": rate} for rate in rates]}
    bench.add(case, "orders", "/s", rates)
