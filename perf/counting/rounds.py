"""Requests in rounds that are always alike: as under load many connections are ready at once, but nothing is left to chance.

The service is stopped while a round is written, so its loop finds all requests in one turn, and the next round begins when
no thread has anything left to do, so commits and transactions of the database have the same size each time.
"""
import os
import pathlib
import re
import signal
import socket
import time

from .service import BODY, HOST

CONNECTIONS = 32


def request(case, path, port):
    head = f"{'GET' if case.level else 'POST'} {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
    if case.level:
        return (head + "\r\n").encode()
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}".encode()


def receive(client):
    """Reads one answer, which has to be a good one."""
    answer = b""
    while not is_whole(answer):
        more = client.recv(65_536)
        if not more:
            raise SystemExit(f"an answer ended early: {answer!r}")
        answer += more
    if not re.match(rb"HTTP/1.1 20[02] ", answer):
        raise SystemExit(f"unexpected answer: {answer!r}")


def is_whole(answer):
    head, end, body = answer.partition(b"\r\n\r\n")
    return bool(end) and len(body) >= int(re.search(rb"\r\ncontent-length: (\d+)", head, re.I)[1])


def rests(process):
    """Whether every thread sleeps."""
    states = [
        (task / "stat").read_text().rpartition(")")[2].split()[0]
        for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir()]
    return all(state == "S" for state in states)


def await_rest(process):
    """A thread that passes work on may seem to sleep in between, so it has to look that way for some time."""
    calm = 0
    while calm < 4:
        calm = calm + 1 if rests(process) else 0
        time.sleep(0.001)


def stop(process):
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)


def send(service, path, count):
    """Runs `count` rounds."""
    clients = [socket.create_connection((HOST, service.port), timeout=60) for _ in range(CONNECTIONS)]
    message = request(service.case, path, service.port)
    for _ in range(count):
        await_rest(service.process)
        stop(service.process)
        for client in clients:
            client.sendall(message)
        service.process.send_signal(signal.SIGCONT)
        for client in clients:
            receive(client)
    await_rest(service.process)
    for client in clients:
        client.close()
