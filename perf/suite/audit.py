"""Every order that got a 202 is in the database, once, and nothing else is."""
import time

from . import databases, programs
from .exact import ExactClient


def counted(bench, case, database, accepted, under_way):
    """By number, after a load by wrk, which drops what is under way when it ends: so many more may have been accepted.
    That no order is there twice is said by its id, the primary key."""
    orders, items = databases.count(database), databases.count(database, databases.ITEMS)
    surplus, odd = orders - accepted, databases.count(database, databases.ODD)
    bench.audits.append({"case": case, "accepted": accepted, "in_database": orders, "items": items})
    if surplus < 0:
        bench.problem(f"{case}: {-surplus} accepted orders are missing")
    if surplus > under_way:
        bench.problem(f"{case}: {surplus} orders more than were accepted, and at most {under_way} were under way")
    if odd or items != 2 * orders:
        bench.problem(f"{case}: {items} items of {orders} orders, {odd} of them without exactly two")


def exact(bench, case, site):
    """By name, with a client that remembers every id that it was given."""
    with site(bench) as place, programs.service(place) as service:
        sent = ExactClient(service.port).run(bench.seconds)
        databases.wait_for_orders(service.database, len(sent), 60)
        # What should not be there gets a moment to appear.
        time.sleep(0.5)
        compare(bench, case, service.database, sent)


def compare(bench, case, database, sent):
    """`sent` has for each order id the customer and the quantity of the one item, both unlike any other's."""
    orders, items = {}, {}
    for id, name in database.rows(databases.ORDERS):
        orders.setdefault(id, []).append(name)
    for id, name, quantity in database.rows(databases.QUANTITIES):
        items.setdefault(id, []).append((name, quantity))
    lost = [id for id in sent if id not in orders]
    alien = [id for id in orders if id not in sent]
    wrong = [id for id, (name, quantity) in sent.items()
             if id in orders and (orders[id] != [name] or items.get(id) != [(name, quantity)])]
    bench.audits.append({"case": case, "accepted": len(sent), "in_database": sum(map(len, orders.values()))})
    bench.progress(f"{case}: {len(sent):,} orders accepted, {len(orders):,} in the database")
    for what, ids in {"missing": lost, "that nobody was promised": alien, "doubled or altered": wrong}.items():
        if ids:
            bench.problem(f"{case}: {len(ids)} orders {what}, {ids[0]} for one")
