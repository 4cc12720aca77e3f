"""Applies the jobs of the queue to the database, in WORKER_COUNT threads: python worker.py"""
import json
import logging
import signal
import threading
import time

from pika.exceptions import AMQPError

import cache
import database
import jobs
import settings

stopping = threading.Event()
log = logging.getLogger("worker")


class MissingOrder(Exception):
    pass


def consume():
    while not stopping.is_set():
        try:
            with jobs.connect() as connection:
                channel = connection.channel()
                jobs.declare(channel)
                channel.basic_qos(prefetch_count=1)
                for method, _, body in channel.consume(settings.RABBITMQ_QUEUE_NAME, inactivity_timeout=0.5):
                    # A job that is not acknowledged goes back to the queue.
                    if stopping.is_set():
                        break
                    if method is not None:
                        handle(channel, method, body)
        except AMQPError as error:
            log.error("RabbitMQ: %r", error)
            stopping.wait(1)


def handle(channel, method, body):
    try:
        apply(json.loads(body))
    except Exception:
        # Once more: an order's update may have come to another thread before its creation was done.
        log.exception("a job failed")
        channel.basic_nack(method.delivery_tag, requeue=not method.redelivered)
    else:
        channel.basic_ack(method.delivery_tag)


def apply(job):
    order_id = job["payload"]["order_id"]
    time.sleep(settings.DB_WRITE_LAG_MS / 1000)
    with database.new_session.begin() as session:
        order = APPLY[job["type"]](session, job)
        answer = order and order.as_json()
    if answer:
        cache.put_applied(answer)
    else:
        cache.forget(order_id)
    cache.bump_list_version()


def create_order(session, job):
    payload = job["payload"]
    order = database.find_order(session, payload["order_id"])
    if order is None:
        items = [database.OrderItem(item_name=item["name"], quantity=item["quantity"]) for item in payload["items"]]
        order = database.Order(
            id=payload["order_id"], customer_name=payload["customer_name"], status=payload["status"], items=items,
            created_at=job["enqueued_at"])
        session.add(order)
    return order


def update_order_status(session, job):
    order = database.find_order(session, job["payload"]["order_id"])
    if order is None:
        raise MissingOrder(job["payload"]["order_id"])
    order.status = job["payload"]["status"]
    return order


def delete_order(session, job):
    order = database.find_order(session, job["payload"]["order_id"])
    if order is None:
        raise MissingOrder(job["payload"]["order_id"])
    session.delete(order)


APPLY = {"create_order": create_order, "update_order_status": update_order_status, "delete_order": delete_order}


def main():
    logging.basicConfig(level=logging.WARNING)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threads = [threading.Thread(target=consume, name=f"worker-{number}") for number in range(settings.WORKER_COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
