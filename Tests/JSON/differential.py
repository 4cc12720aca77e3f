#!/usr/bin/env python3
"""differential.py create PORT FILE: posts odd documents to the service, compares what it makes of each with what Python's json and
the contract make of it, and writes the accepted orders to FILE. differential.py show PORT FILE: looks whether they are shown still.
"""

import json
import socket
import sys

import contract
from documents import documents

# Below the number of pipelined requests that the service takes before it answers.
WINDOW = 32


def head(method, path, count=None):
    length = "" if count is None else f"Content-Length: {count}\r\n"
    return f"{method} {path} HTTP/1.1\r\nHost: test\r\n{length}\r\n".encode()


def answers(port, requests):
    """The answers to all requests, on one connection."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = connection.makefile("rb")
    for start in range(0, len(requests), WINDOW):
        window = requests[start:start + WINDOW]
        connection.sendall(b"".join(window))
        for _ in window:
            status = int(stream.readline().split()[1])
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, value = line.decode().split(":", 1)
                if name.lower() == "content-length":
                    length = int(value)
            yield status, stream.read(length)


def shown(port, orders):
    """What is wrong with the orders that the service shows."""
    requests = [head("GET", "/orders/" + order["order_id"]) for order in orders]
    for order, (status, body) in zip(orders, answers(port, requests), strict=True):
        if status != 200 or json.loads(body) != order:
            yield f"{order} is shown as {status} {body!r}"


def created(port, all_documents):
    """The accepted orders, and what is wrong."""
    orders, complaints = [], []
    requests = [head("POST", "/orders", len(document)) + document for document in all_documents]
    for document, (status, body) in zip(all_documents, answers(port, requests), strict=True):
        try:
            expected, reason = contract.order(document), None
        except contract.Refused as refusal:
            expected, reason = None, refusal
        if status == 202 and expected is not None:
            orders.append({"order_id": json.loads(body)["order_id"], **expected})
        elif status == 202:
            complaints.append(f"{document[:200]!r} was accepted, but: {reason}")
        elif status != 400 or expected is not None or set(json.loads(body)) != {"error"}:
            complaints.append(f"{document[:200]!r}: {status} {body!r}, but {reason or 'it is an order'}")
    return orders, complaints


def main():
    command, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if command == "create":
        all_documents = documents()
        orders, complaints = created(port, all_documents)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(orders, file)
        complaints += shown(port, orders)
        print(f"{len(all_documents)} documents, {len(orders)} accepted")
    else:
        with open(path, encoding="utf-8") as file:
            orders = json.load(file)
        complaints = list(shown(port, orders))
        print(f"{len(orders)} orders")
    for complaint in complaints[:50]:
        print(complaint, file=sys.stderr)
    sys.exit(1 if complaints else 0)


main()
