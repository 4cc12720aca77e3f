"""A client that posts orders unlike each other and remembers which ids it was given for them."""
import json
import socket
import time

CONNECTIONS, PIPELINED = 8, 32


class ExactClient:
    def __init__(self, port):
        self.port, self.number, self.accepted = port, 0, {}
        self.clients = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(CONNECTIONS)]
        self.files = [client.makefile("rb") for client in self.clients]

    def run(self, seconds):
        """Customer and quantity by order id. Nothing is under way at the end: every request has been answered."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            waiting = [self.send(client) for client in self.clients]
            for file, numbers in zip(self.files, waiting):
                for number in numbers:
                    self.receive(file, number)
        for client in self.clients:
            client.close()
        return self.accepted

    def send(self, client):
        numbers = range(self.number + 1, self.number + PIPELINED + 1)
        self.number += PIPELINED
        client.sendall(b"".join(map(request, numbers)))
        return numbers

    def receive(self, file, number):
        status = int(file.readline().split()[1])
        length = 0
        while (line := file.readline().strip()):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = file.read(length)
        if status != 202:
            raise SystemExit(f"POST /orders: {status} {body.decode()}")
        id = json.loads(body)["order_id"]
        if id in self.accepted:
            raise SystemExit(f"two orders were given the id {id}")
        self.accepted[id] = (customer(number), number)


def customer(number):
    return f"customer {number}"


def request(number):
    name = customer(number)
    body = json.dumps({"customer_name": name, "items": [{"name": name, "quantity": number}]}).encode()
    head = f"POST /orders HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
