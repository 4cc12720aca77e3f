"""Single requests: the first order, a backlog of orders, a figure of /metrics."""
import contextlib
import http.client
import json
import pathlib
import re

ITEMS = [{"name": "Widget", "quantity": 2}, {"name": "Gadget", "quantity": 5}]
ORDER = {"customer_name": "Ada Lovelace", "items": ITEMS}


def ask(port, method, path, body=None):
    """Status and body."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def is_answered(port, path, expected=200, method="GET", body=None):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return ask(port, method, path, body)[0] == expected
    return False


def post_order(port):
    status, body = ask(port, "POST", "/orders", ORDER)
    if status != 202:
        raise SystemExit(f"POST /orders: {status} {body.decode()}")
    return json.loads(body)["order_id"]


def post_orders(port, number):
    """A thousand a request."""
    for first in range(0, number, 1000):
        orders = [ORDER] * min(1000, number - first)
        status, body = ask(port, "POST", "/orders/batch", orders)
        if status != 202 or json.loads(body)["accepted"] != len(orders):
            raise SystemExit(f"POST /orders/batch: {status} {body.decode()[:200]}")


def metric(port, name):
    """0 where the service doesn't tell, as a peer."""
    text = ask(port, "GET", "/metrics")[1].decode()
    found = re.search(rf"^{re.escape(name)} ([\d.e+]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def resident(process, which="VmRSS"):
    """MiB; VmHWM is the most that it ever was."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(rf"{which}:\s+(\d+)", status)[1]) / 1024
