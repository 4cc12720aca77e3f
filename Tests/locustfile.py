"""A shop: customers who browse, order, and look after the orders that they placed.

    locust -f Tests/locustfile.py --host=http://localhost:8080

Every answer is held against what this user wrote before: what a 202 acknowledged must be readable from then on. Whatever is
not as promised counts as a failure, a 404 or 409 too unless it is the right answer.
"""

import random

from locust import FastHttpUser, between, task

STATUSES = ["received", "paid", "packed", "shipped", "delivered"]
NAMES = ["Ada", "Blaise", "Čeněk", "Đặng", "Emmy", "Φίλων", "Grace", "李善蘭", "Иван", "Jürgen"]
PRODUCTS = ["Widget", "Sprocket", "Gizmo", "Flange", "Κοχλίας", "螺絲", "Мельница"]
# Where a user has more orders than this, the oldest is forgotten.
OWN_ORDERS = 100
# What an order's status is while its deletion waits; a client never sets it here.
DELETING = "deleting"


class Shopper(FastHttpUser):
    wait_time = between(0.05, 0.5)

    def on_start(self):
        # What each own order must look like: as last written. Deleted ones stay, with the status DELETING.
        self.orders = {}

    @task(5)
    def browse(self):
        """The newest orders, perhaps the next page, perhaps those of one status; then one of them."""
        query = random.choice(["", "?limit=20", f"?limit=20&status={random.choice(STATUSES)}"])
        page = self.page(query)
        if page and page["next"] and random.random() < 0.3:
            page = self.page(f"{query or '?limit=100'}&after={page['next']}") or page
        if page and page["orders"]:
            self.look_at_listed(random.choice(page["orders"]))

    def page(self, query):
        with self.client.get(f"/orders{query}", name="/orders", catch_response=True) as response:
            if response.status_code != 200:
                return fail(response, "200")
            page = response.json()
            if page["total_orders"] < len(page["orders"]):
                return fail(response, "a total that holds the orders of the page")
            return page

    def look_at_listed(self, order):
        # Not 404 unless somebody deleted it since, which only its owner knows.
        with self.client.get(
            f"/orders/{order['order_id']}", name="/orders/{id} (listed)", catch_response=True
        ) as response:
            if response.status_code == 404:
                response.success()
            elif response.status_code != 200 or response.json()["customer_name"] != order["customer_name"]:
                fail(response, "200 with the customer of the list")

    @task(2)
    def order(self):
        order = {
            "customer_name": random.choice(NAMES),
            "items": [
                {"name": random.choice(PRODUCTS), "quantity": random.randint(1, 20)}
                for _ in range(random.randint(1, 5))
            ],
        }
        with self.client.post("/orders", json=order, catch_response=True) as response:
            if response.status_code != 202:
                return fail(response, "202")
            id = response.json()["order_id"]
            if response.headers.get("Location") != f"/orders/{id}":
                return fail(response, "the order's Location")
        self.orders[id] = {"order_id": id, "status": "received", **order}
        if len(self.orders) > OWN_ORDERS:
            del self.orders[next(iter(self.orders))]

    @task(3)
    def check_own_order(self):
        if self.orders:
            self.check(random.choice(list(self.orders)))

    def check(self, id):
        """The order as last written, deleting once its deletion was accepted, or gone once that was applied."""
        expected = self.orders[id]
        with self.client.get(f"/orders/{id}", name="/orders/{id} (own)", catch_response=True) as response:
            if expected["status"] == DELETING and response.status_code == 404:
                del self.orders[id]
                response.success()
            elif response.status_code != 200 or response.json() != expected:
                fail(response, f"{expected}")

    @task(1)
    def set_status(self):
        id = self.living_order()
        if id is None:
            return
        status = random.choice(STATUSES)
        with self.client.patch(
            f"/orders/{id}/status", json={"status": status}, name="/orders/{id}/status", catch_response=True
        ) as response:
            if response.status_code != 202:
                return fail(response, "202")
        self.orders[id]["status"] = status
        self.check(id)

    @task(1)
    def delete(self):
        id = self.living_order()
        if id is None:
            return
        with self.client.delete(f"/orders/{id}", name="/orders/{id}", catch_response=True) as response:
            if response.status_code != 202:
                return fail(response, "202")
        self.orders[id]["status"] = DELETING
        self.check(id)

    def living_order(self):
        return random.choice([id for id, order in self.orders.items() if order["status"] != DELETING] or [None])


def fail(response, expected):
    response.failure(f"{response.status_code} {response.text!r}, not {expected}")
